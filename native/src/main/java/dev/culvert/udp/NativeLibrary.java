package dev.culvert.udp;

import com.sun.jna.Native;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;

/**
 * The functions of {@code culvert.h}, which says what each does; called with integers alone, since JNA passes those without
 * an allocation. A parameter whose name ends in {@code At} is the address of memory that the caller keeps alive. Loading
 * this class loads the library, or throws; {@link NativeCore} knows whether it may be touched. What every datagram costs is
 * in {@link DatagramCalls}.
 */
@SuppressWarnings("MemberName") // the names are those of the library
final class NativeLibrary {
    private static final String NAME = "culvert";

    static {
        try {
            load();
        } catch (IOException e) {
            throw new UnsatisfiedLinkError(String.valueOf(e.getMessage()));
        }
    }

    /** The interface that this class was written for. */
    static final int ABI = 2;

    /** {@code CV_READABLE}: something has come. */
    static final int READABLE = 1;

    /** {@code CV_ERRORS}: a router has reported something. */
    static final int ERRORS = 2;

    private NativeLibrary() {}

    /** Binds this class by JNA and {@link DatagramCalls} by the JVM to one copy of the library in memory. */
    private static void load() throws IOException {
        File file = Native.extractFromResourcePath(NAME, NativeLibrary.class.getClassLoader());
        try {
            System.load(file.getAbsolutePath());
            Native.register(NativeLibrary.class, com.sun.jna.NativeLibrary.getInstance(file.getAbsolutePath()));
        } finally {
            boolean isCopy =
                    !file.getName().equals(System.mapLibraryName(NAME)); // else it lies unpacked as it was built
            if (isCopy) {
                Files.deleteIfExists(file.toPath());
            }
        }
    }

    static native int cv_abi();

    static native int cv_open_handles();

    static native int cv_close(long handle);

    static native long cv_poller_open();

    static native int cv_poller_wake(long poller);

    static native long cv_socket_open(long poller, long localAt, int bufferBytes, int offload);

    static native int cv_socket_errors(long socket, long icmpsAt, int max);

    static native int cv_socket_traffic_class(long socket, int value);

    static native int cv_socket_offloads(long socket);

    static native int cv_path_mtu(long localAt, long remoteAt);

    static native long cv_monitor_open(long poller);

    static native int cv_monitor_read(long monitor);
}
