package dev.culvert.udp;

import java.io.IOException;
import java.time.Duration;

/**
 * Hears from the Linux kernel (rtnetlink) when an address, a link or a default route changes; needs no privilege. Holds a
 * poller of its own, since a thread waits in it.
 */
final class NetlinkTrigger implements NetworkTrigger {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final NetlinkCalls calls;
    private final long poller;
    private final long monitor;

    private NetlinkTrigger(NetlinkCalls calls, long poller, long monitor) {
        this.calls = calls;
        this.poller = poller;
        this.monitor = monitor;
    }

    /**
     * Starts listening: whatever changes from now on is heard.
     *
     * @throws IOException if the kernel refuses, or the process can open no more descriptors
     */
    static NetlinkTrigger open(NetlinkCalls calls) throws IOException {
        long poller = checked("Can not open a poller", calls.openPoller());
        long monitor = calls.openMonitor(poller);
        if (monitor < 0) {
            calls.close(poller);
            throw failed("Can not listen to the kernel's network changes", monitor);
        }
        return new NetlinkTrigger(calls, poller, monitor);
    }

    @Override
    public boolean await(Duration atMost) throws IOException {
        long events = checked("Waiting for network changes failed", calls.await(poller, toMillis(atMost)));
        // Whatever was said is reason enough, lost messages too: the look decides. Nothing: a route that is no default.
        return events > 0 && checked("Reading network changes failed", calls.read(monitor)) != 0;
    }

    /** Rounded up, so that nobody waits in a circle for the rest of a millisecond. */
    private static int toMillis(Duration time) {
        if (time.isNegative()) {
            return -1;
        }
        long nanos = time.toNanos();
        long millis = nanos / NANOS_PER_MILLI + (nanos % NANOS_PER_MILLI == 0 ? 0 : 1);
        return (int) Math.min(Integer.MAX_VALUE, millis);
    }

    @Override
    public void wake() {
        calls.wake(poller); // a handle never means what came after it: that it is closed does no harm
    }

    @Override
    public void close() {
        calls.close(monitor);
        calls.close(poller);
    }

    private static long checked(String what, long result) throws IOException {
        if (result < 0) {
            throw failed(what, result);
        }
        return result;
    }

    private static IOException failed(String what, long result) {
        return new IOException(what + " (errno " + -result + ")");
    }
}
