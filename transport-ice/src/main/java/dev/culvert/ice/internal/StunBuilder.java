package dev.culvert.ice.internal;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Writes one STUN message (RFC 8489), attribute by attribute. Used once, by one thread. */
public final class StunBuilder {
    /** The bytes that an attribute with an address takes, of either family. */
    public static final int ADDRESS_BYTES = StunClassifier.ATTRIBUTE_HEAD + 20;

    private static final int INTEGRITY_BYTES = StunClassifier.ATTRIBUTE_HEAD + MessageIntegrity.LENGTH;

    private final ByteBuffer out;

    /**
     * A message with an empty body.
     *
     * @param type method and class
     * @param valueBytes room for the attributes, their heads and padding among them; signing needs none
     */
    public StunBuilder(short type, TransactionId id, int valueBytes) {
        out = ByteBuffer.allocate(
                StunClassifier.HEADER_BYTES + valueBytes + INTEGRITY_BYTES + StunClassifier.FINGERPRINT_BYTES);
        out.putShort(type)
                .putShort((short) 0)
                .putInt(StunClassifier.MAGIC_COOKIE)
                .putInt(id.high())
                .putLong(id.low());
    }

    /** The bytes that an attribute of so many bytes takes. */
    public static int sizeOf(int valueBytes) {
        return StunClassifier.ATTRIBUTE_HEAD + (valueBytes + 3 & ~3);
    }

    public StunBuilder put(short attribute, byte[] value) {
        return put(attribute, ByteBuffer.wrap(value));
    }

    /** Consumes the value's remaining bytes. */
    public StunBuilder put(short attribute, ByteBuffer value) {
        int length = value.remaining();
        out.putShort(attribute).putShort((short) length).put(value);
        out.position(out.position() + (-length & 3));
        return this;
    }

    public StunBuilder putInt(short attribute, int value) {
        out.putShort(attribute).putShort((short) Integer.BYTES).putInt(value);
        return this;
    }

    public StunBuilder putLong(short attribute, long value) {
        out.putShort(attribute).putShort((short) Long.BYTES).putLong(value);
        return this;
    }

    /** An attribute that is there or not. */
    public StunBuilder putFlag(short attribute) {
        out.putShort(attribute).putShort((short) 0);
        return this;
    }

    /** An address as RFC 8489 section 14.2 hides it from routers that rewrite what looks like one. */
    public StunBuilder putXorAddress(short attribute, InetSocketAddress address) {
        byte[] host = address.getAddress().getAddress();
        for (int i = 0; i < host.length; i++) {
            host[i] ^= out.get(4 + i); // cookie, then transaction id
        }
        out.putShort(attribute)
                .putShort((short) (4 + host.length))
                .putShort((short) (host.length == 4 ? 1 : 2))
                .putShort((short) (address.getPort() ^ StunClassifier.MAGIC_COOKIE >>> 16))
                .put(host);
        return this;
    }

    /** Adds MESSAGE-INTEGRITY made with this key. */
    public StunBuilder sign(byte[] key) {
        setLength(out.position() + INTEGRITY_BYTES);
        byte[] digest = MessageIntegrity.of(out.array(), out.position(), key);
        return put(StunAttribute.MESSAGE_INTEGRITY, digest);
    }

    /** Adds the FINGERPRINT and ends the message. */
    public byte[] withFingerprint() {
        setLength(out.position() + StunClassifier.FINGERPRINT_BYTES);
        StunClassifier.putFingerprint(out);
        return bytes();
    }

    /** Ends the message. */
    public byte[] build() {
        setLength(out.position());
        return bytes();
    }

    private void setLength(int end) {
        out.putShort(2, (short) (end - StunClassifier.HEADER_BYTES));
    }

    private byte[] bytes() {
        byte[] message = new byte[out.position()];
        out.flip().get(message);
        return message;
    }
}
