package dev.culvert.udp;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a {@link NetlinkTrigger} needs of the native core: functions of {@code culvert.h}, which return -errno when they
 * fail. Each trigger has an object of its own, which also owns the memory for the one event of a wait.
 */
interface NetlinkCalls {
    /** A new object, if this process has a native core, and JNA, which this part of it is called through. */
    static Optional<NetlinkCalls> find() {
        if (!NativeCore.isAvailable()) {
            return Optional.empty();
        }
        Logger log = LoggerFactory.getLogger(NetlinkCalls.class);
        try {
            int abi = NetlinkLibrary.cv_abi();
            if (abi == CoreCalls.ABI) {
                return Optional.of(new NativeNetlink());
            }
            log.info("The kernel is not asked for network changes: JNA finds a library of another build ({})", abi);
        } catch (RuntimeException | Error e) { // JNA is not there, can not load, or finds a part of another version
            log.info("The kernel is not asked for network changes: {}", e.toString());
        }
        return Optional.empty();
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
