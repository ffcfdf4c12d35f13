package dev.culvert.dht;

import dev.culvert.transport.PeerId;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a record says, and its form in bytes: fields of a one-byte type, a varint length and a value. Types this
 * version does not know are skipped, so that later ones can add; each known field is there exactly once.
 *
 * @param publisher who says it
 * @param sequence at least 1; on the wire the shortest big-endian form
 * @param expirySeconds seconds since 1970, at least 1; on the wire the shortest big-endian form
 * @param payload what is carried
 */
record RecordBody(PeerId publisher, long sequence, long expirySeconds, byte[] payload) {
    private static final int PUBLISHER = 1;
    private static final int SEQUENCE = 2;
    private static final int EXPIRY = 3;
    private static final int PAYLOAD = 4;

    /** Three bytes of seven bits each: 2 MiB, well over the largest record. */
    private static final int MAX_VARINT_BYTES = 3;

    RecordBody {
        if (sequence < 1 || expirySeconds < 1) {
            throw new IllegalArgumentException("A record needs a sequence number and an expiry above zero, not "
                    + sequence + ", " + expirySeconds);
        }
    }

    /** Bytes that {@link #encode} gives for these values. */
    static int length(long sequence, long expirySeconds, int payloadLength) {
        return fieldLength(PeerId.LENGTH)
                + fieldLength(minimal(sequence).length)
                + fieldLength(minimal(expirySeconds).length)
                + fieldLength(payloadLength);
    }

    private static int fieldLength(int valueLength) {
        return 1 + varintLength(valueLength) + valueLength;
    }

    byte[] encode() {
        int length = length(sequence, expirySeconds, payload.length);
        ByteArrayOutputStream out = new ByteArrayOutputStream(length);
        writeField(out, PUBLISHER, publisher.toBytes());
        writeField(out, SEQUENCE, minimal(sequence));
        writeField(out, EXPIRY, minimal(expirySeconds));
        writeField(out, PAYLOAD, payload);
        return out.toByteArray();
    }

    private static void writeField(ByteArrayOutputStream out, int type, byte[] value) {
        out.write(type);
        int rest = value.length;
        while (rest > 0x7f) {
            out.write((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
        out.writeBytes(value);
    }

    /** Reads all that is left of {@code in}; null when it is not a record body. */
    static @Nullable RecordBody parse(ByteBuffer in) {
        byte @Nullable [][] fields = new byte @Nullable [PAYLOAD + 1][];
        while (in.hasRemaining()) {
            int type = in.get() & 0xff;
            int length = readVarint(in);
            if (length < 0 || length > in.remaining()) {
                return null;
            }
            if (type < PUBLISHER || type > PAYLOAD) {
                in.position(in.position() + length);
                continue;
            }
            if (fields[type] != null) {
                return null;
            }
            byte[] value = new byte[length];
            in.get(value);
            fields[type] = value;
        }
        return of(fields[PUBLISHER], fields[SEQUENCE], fields[EXPIRY], fields[PAYLOAD]);
    }

    private static @Nullable RecordBody of(
            byte @Nullable [] publisher,
            byte @Nullable [] sequence,
            byte @Nullable [] expiry,
            byte @Nullable [] payload) {
        if (publisher == null || sequence == null || expiry == null || payload == null) {
            return null;
        }
        long sequenceNumber = readMinimal(sequence);
        long expirySeconds = readMinimal(expiry);
        if (publisher.length != PeerId.LENGTH || sequenceNumber < 1 || expirySeconds < 1) {
            return null;
        }
        return new RecordBody(PeerId.of(publisher), sequenceNumber, expirySeconds, payload);
    }

    /** The value, or -1 when it is cut short, too long, or not in its shortest form. */
    private static int readVarint(ByteBuffer in) {
        int value = 0;
        for (int i = 0; i < MAX_VARINT_BYTES && in.hasRemaining(); i++) {
            int next = in.get();
            value |= (next & 0x7f) << (7 * i);
            if (next >= 0) {
                return next == 0 && i > 0 ? -1 : value;
            }
        }
        return -1;
    }

    private static int varintLength(int value) {
        return value <= 0x7f ? 1 : 1 + varintLength(value >>> 7);
    }

    private static byte[] minimal(long positive) {
        byte[] bytes = BigInteger.valueOf(positive).toByteArray();
        return bytes[0] == 0 ? java.util.Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }

    /** The number, or -1 when it is zero, does not fit a positive long, or has a leading zero byte. */
    private static long readMinimal(byte[] value) {
        if (value.length < 1 || value.length > Long.BYTES || value[0] == 0) {
            return -1;
        }
        long number = 0;
        for (byte b : value) {
            number = (number << 8) | (b & 0xff);
        }
        return number;
    }

    @Override
    public String toString() {
        return "RecordBody[" + publisher.toShortString() + ", sequence " + sequence + ", " + payload.length + " bytes]";
    }
}
