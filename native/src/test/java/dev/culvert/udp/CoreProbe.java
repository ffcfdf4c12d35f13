package dev.culvert.udp;

/** Run in a JVM of its own by {@link CoreLoadingTest}: tells what that has found. */
final class CoreProbe {
    private CoreProbe() {}

    /** Prints which core is in use, which poller opens, and whether the kernel tells of network changes. */
    public static void main(String[] arguments) {
        System.out.println(NativeCore.describe());
        try (UdpPoller poller = UdpPoller.open()) {
            System.out.println(poller.getClass().getSimpleName());
        }
        try (NetworkMonitor monitor = NetworkMonitor.open(change -> {})) {
            System.out.println(monitor.isNative() ? "netlink" : "polling");
        }
    }
}
