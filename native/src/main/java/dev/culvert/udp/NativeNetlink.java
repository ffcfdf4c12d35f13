package dev.culvert.udp;

import java.lang.ref.Reference;

/** The calls of the native core, for one {@link NetlinkTrigger}. */
final class NativeNetlink implements NetlinkCalls {
    private static final int EVENT_BYTES = 16;

    private final DirectMemory event = new DirectMemory(EVENT_BYTES);

    @Override
    public long openPoller() {
        return NetlinkLibrary.cv_poller_open();
    }

    @Override
    public long openMonitor(long poller) {
        return NetlinkLibrary.cv_monitor_open(poller);
    }

    @Override
    public int await(long poller, int millis) {
        try {
            return NetlinkLibrary.cv_poller_wait(poller, millis, event.address(), 1);
        } finally {
            Reference.reachabilityFence(event);
        }
    }

    @Override
    public int wake(long poller) {
        return NetlinkLibrary.cv_poller_wake(poller);
    }

    @Override
    public int read(long monitor) {
        return NetlinkLibrary.cv_monitor_read(monitor);
    }

    @Override
    public int close(long handle) {
        return NetlinkLibrary.cv_close(handle);
    }
}
