package dev.culvert.udp;

import java.util.Optional;

/**
 * What a {@link NetlinkTrigger} needs of the native core: functions of {@code culvert.h}, which return -errno when they
 * fail. Each trigger has an object of its own, which also owns the memory for the one event of a wait.
 */
interface NetlinkCalls {
    /** A new object, if this process has a native core that can do it. */
    static Optional<NetlinkCalls> find() {
        return NativeCore.isAvailable() ? Optional.of(new NativeNetlink()) : Optional.empty();
    }

    /** {@code cv_poller_open}. */
    long openPoller();

    /** {@code cv_monitor_open}. */
    long openMonitor(long poller);

    /** {@code cv_poller_wait} for one event, which can only be the monitor's; a negative time waits for ever. */
    int await(long poller, int timeoutMillis);

    /** {@code cv_poller_wake}. */
    int wake(long poller);

    /** {@code cv_monitor_read}. */
    int read(long monitor);

    /** {@code cv_close}. */
    int close(long handle);
}
