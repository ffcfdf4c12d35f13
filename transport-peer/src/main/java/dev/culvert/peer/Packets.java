package dev.culvert.peer;

/**
 * The plaintext packets of a {@link ReliableSession}. All numbers big-endian:
 *
 * <pre>
 * HELLO   type 1
 * DATA    type 1 | sequence 8 | flags 1 | in a message's first segment: id 16, length 4 | bytes
 * ACK     type 1 | next sequence expected 8 | received beyond it, a bit each 8 | messages handled 8
 * PING    type 1: asks for an ACK
 * BYE     type 1: the sender closes the session
 * </pre>
 */
final class Packets {
    static final byte HELLO = 1;
    static final byte DATA = 2;
    static final byte ACK = 3;
    static final byte PING = 4;
    static final byte BYE = 5;

    static final byte FIRST = 1;
    static final byte LAST = 2;

    /** Bytes of DATA before its payload. */
    static final int DATA_HEAD = 1 + Long.BYTES + 1;

    /** Bytes that a first segment has before the message's own. */
    static final int MESSAGE_HEAD = 16 + Integer.BYTES;

    static final int ACK_LENGTH = 1 + 3 * Long.BYTES;

    /** Largest plaintext packet. With 25 bytes of session and 28 to 48 of UDP and IP it fits IPv6's 1280. */
    static final int MAX_PLAINTEXT = 1_170;

    private Packets() {}
}
