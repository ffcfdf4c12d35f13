package dev.culvert.udp;

/**
 * The functions of {@code culvert.h} that every datagram costs. They are bound by the JVM itself, since a call through JNA
 * takes some 60 ns more, and begin like those of {@link NativeLibrary}, which loads the library for both: it must have been
 * touched before.
 */
final class DatagramCalls {
    private DatagramCalls() {}

    /** {@code cv_poller_wait}. */
    static native int await(long poller, int timeoutMillis, long eventsAt, int max);

    /** {@code cv_socket_send}. */
    static native int send(long socket, long targetAt, long dataAt, int length);

    /** {@code cv_socket_send_many}. */
    static native int sendMany(long socket, long targetAt, long dataAt, long lengthsAt, int count);

    /** {@code cv_socket_receive}. */
    static native int receive(long socket, long dataAt, int roomEach, int messages, long recordsAt);
}
