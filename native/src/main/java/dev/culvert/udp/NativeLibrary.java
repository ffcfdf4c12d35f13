package dev.culvert.udp;

import com.sun.jna.Native;

/**
 * The functions of {@code culvert.h}, which says what each does; called with integers alone, since JNA passes those without
 * an allocation. A parameter whose name ends in {@code At} is the address of memory that the caller keeps alive. Loading
 * this class loads the library, or throws; {@link NativeCore} knows whether it may be touched.
 */
@SuppressWarnings("MemberName") // the names are those of the library
final class NativeLibrary {
    static {
        Native.register(NativeLibrary.class, "culvert");
    }

    /** The interface that this class was written for. */
    static final int ABI = 1;

    /** {@code CV_READABLE}: something has come. */
    static final int READABLE = 1;

    /** {@code CV_ERRORS}: a router has reported something. */
    static final int ERRORS = 2;

    private NativeLibrary() {}

    static native int cv_abi();

    static native int cv_open_handles();

    static native int cv_close(long handle);

    static native long cv_poller_open();

    static native int cv_poller_wait(long poller, int timeoutMillis, long eventsAt, int max);

    static native int cv_poller_wake(long poller);

    static native long cv_socket_open(long poller, long localAt, int bufferBytes, int offload);

    static native int cv_socket_send(long socket, long targetAt, long dataAt, int length);

    static native int cv_socket_send_many(long socket, long targetAt, long dataAt, long lengthsAt, int count);

    static native int cv_socket_receive(long socket, long dataAt, int roomEach, int messages, long recordsAt);

    static native int cv_socket_errors(long socket, long icmpsAt, int max);

    static native int cv_socket_traffic_class(long socket, int value);

    static native int cv_socket_offloads(long socket);

    static native int cv_path_mtu(long localAt, long remoteAt);

    static native long cv_monitor_open(long poller);

    static native int cv_monitor_read(long monitor);
}
