package dev.culvert.ice.internal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * Tells STUN from data by the header and the FINGERPRINT (RFC 8489 sections 5 and 14.7): what merely looks like STUN is
 * data. Keeps a CRC of its own, so one thread only.
 */
public final class StunClassifier {
    static final int HEADER_BYTES = 20;
    static final int ATTRIBUTE_HEAD = 4;
    static final int MAGIC_COOKIE = 0x2112A442;
    private static final int FINGERPRINT_HEAD = 0x8028_0004;
    private static final int FINGERPRINT_XOR = 0x5354554e;
    static final int FINGERPRINT_BYTES = 8;

    private final CRC32 crc = new CRC32();

    /** Whether the first two bits, the length and the cookie are STUN's. Reads absolutely; the buffer stays as it is. */
    public static boolean looksLikeStun(ByteBuffer datagram) {
        int start = datagram.position();
        int length = datagram.remaining();
        return length >= HEADER_BYTES
                && (datagram.get(start) & 0xC0) == 0
                && datagram.getInt(start + 4) == MAGIC_COOKIE
                && Short.toUnsignedInt(datagram.getShort(start + 2)) == length - HEADER_BYTES
                && length % 4 == 0;
    }

    /** Whether the last attribute of what looks like STUN is a FINGERPRINT that fits. The buffer stays as it is. */
    public boolean hasFingerprint(ByteBuffer datagram) {
        int start = datagram.position();
        int end = datagram.limit();
        int tail = end - FINGERPRINT_BYTES;
        if (tail < start + HEADER_BYTES || datagram.getInt(tail) != FINGERPRINT_HEAD) {
            return false;
        }
        crc.reset();
        datagram.limit(tail);
        crc.update(datagram);
        datagram.limit(end).position(start);
        return ((int) crc.getValue() ^ FINGERPRINT_XOR) == datagram.getInt(tail + 4);
    }

    /** Adds the FINGERPRINT to an array-backed message from its position back to the beginning. */
    static void putFingerprint(ByteBuffer message) {
        CRC32 crc = new CRC32();
        crc.update(message.duplicate().flip());
        message.putInt(FINGERPRINT_HEAD).putInt((int) crc.getValue() ^ FINGERPRINT_XOR);
    }
}
