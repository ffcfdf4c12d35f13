package dev.culvert.udp;

import com.sun.jna.Native;

/**
 * The functions of {@code culvert.h} that a {@link NetlinkTrigger} needs, through JNA: they are called seldom, and no
 * datagram waits for it. JNA loads a copy of the library for itself, whose handles are unknown to {@link CoreCalls}. Loading
 * this class loads that, or throws.
 */
@SuppressWarnings("MemberName") // the names are those of the library
final class NetlinkLibrary {
    static {
        Native.register(NetlinkLibrary.class, "culvert");
    }

    private NetlinkLibrary() {}

    static native int cv_abi();

    static native int cv_close(long handle);

    static native long cv_poller_open();

    static native int cv_poller_wait(long poller, int timeoutMillis, long eventsAt, int max);

    static native int cv_poller_wake(long poller);

    static native long cv_monitor_open(long poller);

    static native int cv_monitor_read(long monitor);
}
