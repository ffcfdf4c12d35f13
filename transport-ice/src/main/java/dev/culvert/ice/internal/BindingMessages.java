package dev.culvert.ice.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Writes the Binding requests and responses (RFC 8489) that are Culvert's own; those that find a path are ice4j's. */
public final class BindingMessages {
    private static final short REQUEST = 0x0001;
    private static final short SUCCESS = 0x0101;
    private static final short PRIORITY_BYTES = Integer.BYTES;
    private static final short TIE_BREAKER_BYTES = Long.BYTES;
    private static final short FAMILY_AND_PORT_BYTES = 4;
    private static final int SIGNATURE_BYTES =
            StunClassifier.ATTRIBUTE_HEAD + MessageIntegrity.LENGTH + StunClassifier.FINGERPRINT_BYTES;

    /** RFC 8445 section 7.1.1: of the peer-reflexive candidate that the check could bring to light. */
    private static final int PEER_REFLEXIVE_PRIORITY = 110 << 24 | 0xFFFF << 8 | 0xFF;

    /**
     * Who checks.
     *
     * @param username the peer's ufrag, a colon and ours
     * @param controlling our role
     * @param tieBreaker what we would settle a role conflict with
     * @param key the peer's password
     */
    public record Credentials(String username, boolean controlling, long tieBreaker, byte[] key) {}

    private BindingMessages() {}

    /** A request that asks a STUN server for our reflexive address: a bare header. */
    public static ByteBuffer probe(TransactionId id) {
        return header(ByteBuffer.allocate(StunClassifier.HEADER_BYTES), REQUEST, id)
                .flip();
    }

    /** A request that asks the peer whether it is still there (RFC 7675): a check as RFC 8445 section 7.1 has it. */
    public static byte[] check(TransactionId id, Credentials credentials) {
        byte[] username = credentials.username().getBytes(UTF_8);
        int padded = username.length + 3 & ~3;
        int attributes = 3 * StunClassifier.ATTRIBUTE_HEAD + padded + PRIORITY_BYTES + TIE_BREAKER_BYTES;
        byte[] message = signable(attributes);
        ByteBuffer out = header(ByteBuffer.wrap(message), REQUEST, id);
        out.putShort(StunAttribute.USERNAME).putShort((short) username.length).put(username);
        out.position(out.position() + padded - username.length);
        out.putShort(StunAttribute.PRIORITY).putShort(PRIORITY_BYTES).putInt(PEER_REFLEXIVE_PRIORITY);
        out.putShort(credentials.controlling() ? StunAttribute.ICE_CONTROLLING : StunAttribute.ICE_CONTROLLED)
                .putShort(TIE_BREAKER_BYTES)
                .putLong(credentials.tieBreaker());
        return sign(message, out, credentials.key());
    }

    /**
     * The answer to a check that came from this address, and so shows that it did.
     *
     * @param key our own password, which the check was made with
     */
    public static byte[] answer(TransactionId id, InetSocketAddress from, byte[] key) {
        byte[] host = from.getAddress().getAddress();
        byte[] message = signable(StunClassifier.ATTRIBUTE_HEAD + FAMILY_AND_PORT_BYTES + host.length);
        ByteBuffer out = header(ByteBuffer.wrap(message), SUCCESS, id);
        for (int i = 0; i < host.length; i++) {
            host[i] ^= out.get(4 + i); // cookie, then transaction id: RFC 8489 section 14.2
        }
        out.putShort(StunAttribute.XOR_MAPPED_ADDRESS)
                .putShort((short) (FAMILY_AND_PORT_BYTES + host.length))
                .putShort((short) (host.length == 4 ? 1 : 2))
                .putShort((short) (from.getPort() ^ StunClassifier.MAGIC_COOKIE >>> 16))
                .put(host);
        return sign(message, out, key);
    }

    /** Room for a message with so many bytes of attributes before MESSAGE-INTEGRITY and FINGERPRINT. */
    private static byte[] signable(int attributes) {
        return new byte[StunClassifier.HEADER_BYTES + attributes + SIGNATURE_BYTES];
    }

    /** The length is that of everything the buffer has room for. */
    private static ByteBuffer header(ByteBuffer out, short type, TransactionId id) {
        return out.putShort(type)
                .putShort((short) (out.capacity() - StunClassifier.HEADER_BYTES))
                .putInt(StunClassifier.MAGIC_COOKIE)
                .putInt(id.high())
                .putLong(id.low());
    }

    private static byte[] sign(byte[] message, ByteBuffer out, byte[] key) {
        byte[] digest = MessageIntegrity.of(message, out.position(), key);
        out.putShort(StunAttribute.MESSAGE_INTEGRITY)
                .putShort((short) digest.length)
                .put(digest);
        StunClassifier.putFingerprint(out);
        return message;
    }
}
