package dev.culvert.udp;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The functions of {@code culvert.h}, which says what each does, for UDP. They are bound by the JVM itself ({@code jni.c}):
 * through JNA each call would take some 60 ns more and the first a tenth of a second. A parameter whose name ends in
 * {@code At} is the address of memory that the caller keeps alive. Loading this class loads the library, or throws;
 * {@link NativeCore} knows whether it may be touched.
 */
final class CoreCalls {
    static {
        try {
            CoreLibrary.load();
        } catch (IOException | RuntimeException e) { // the latter, if the JVM may call nothing native
            UnsatisfiedLinkError error = new UnsatisfiedLinkError(e.toString());
            error.initCause(e);
            throw error;
        }
    }

    /** The interface that this class was written for. */
    static final int ABI = 2;

    /** {@code CV_READABLE}: something has come. */
    static final int READABLE = 1;

    /** {@code CV_ERRORS}: a router has reported something. */
    static final int ERRORS = 2;

    private CoreCalls() {}

    /** Where a direct buffer's memory begins. */
    static native long addressOf(ByteBuffer direct);

    /** {@code cv_abi}. */
    static native int abi();

    /** {@code cv_close}. */
    static native int close(long handle);

    /** {@code cv_poller_open}. */
    static native long openPoller();

    /** {@code cv_poller_wait}. */
    static native int await(long poller, int timeoutMillis, long eventsAt, int max);

    /** {@code cv_poller_wake}. */
    static native int wake(long poller);

    /** {@code cv_socket_open}. */
    static native long openSocket(long poller, long localAt, int bufferBytes, int offload);

    /** {@code cv_socket_send}. */
    static native int send(long socket, long targetAt, long dataAt, int length);

    /** {@code cv_socket_send_many}. */
    static native int sendMany(long socket, long targetAt, long dataAt, long lengthsAt, int count);

    /** {@code cv_socket_receive}. */
    static native int receive(long socket, long dataAt, int roomEach, int messages, long recordsAt);

    /** {@code cv_socket_errors}. */
    static native int errors(long socket, long icmpsAt, int max);

    /** {@code cv_socket_traffic_class}. */
    static native int trafficClass(long socket, int value);

    /** {@code cv_path_mtu}. */
    static native int pathMtu(long localAt, long remoteAt);
}
