package dev.culvert.udp;

import java.io.IOException;

/** The kernel's error numbers that matter here, as Linux has them on x86-64 and aarch64. Negative as the core returns them. */
final class Errno {
    static final int AGAIN = -11;
    static final int BADF = -9;
    static final int NOMEM = -12;
    static final int MFILE = -24;
    static final int MSGSIZE = -90;
    static final int ADDRINUSE = -98;
    static final int ADDRNOTAVAIL = -99;
    static final int NOBUFS = -105;

    private Errno() {}

    /** What became of a datagram that the core answered so for. */
    static UdpSendStatus status(int result) {
        if (result >= 0) {
            return UdpSendStatus.SENT;
        }
        return switch (result) {
            case AGAIN, NOBUFS, NOMEM -> UdpSendStatus.BUFFER_FULL;
            case MSGSIZE -> UdpSendStatus.TOO_LARGE;
            case BADF -> UdpSendStatus.CLOSED;
            default -> UdpSendStatus.UNREACHABLE;
        };
    }

    /** An error of set-up, in words for people. */
    static IOException exception(String what, long result) {
        String why = switch ((int) result) {
            case ADDRINUSE -> "the address is in use";
            case ADDRNOTAVAIL -> "the address is none of this host's";
            case MFILE -> "too many open files (raise the limit?)";
            case BADF -> "it is closed";
            default -> "error " + -result;
        };
        return new IOException(what + ": " + why);
    }
}
