package dev.culvert.ice.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Writes the Binding requests, responses and indications (RFC 8489) that are Culvert's own; those that find a path are ice4j's. */
public final class BindingMessages {
    private static final short REQUEST = 0x0001;
    private static final short SUCCESS = 0x0101;
    private static final short INDICATION = 0x0011;

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
        return ByteBuffer.wrap(new StunBuilder(REQUEST, id, 0).build());
    }

    /** A request that asks the peer whether it is still there (RFC 7675): a check as RFC 8445 section 7.1 has it. */
    public static byte[] check(TransactionId id, Credentials credentials) {
        return request(id, credentials, false);
    }

    /** The same, and the pair is the one to use from now on (RFC 8445 section 8.1.1). */
    public static byte[] nomination(TransactionId id, Credentials credentials) {
        return request(id, credentials, true);
    }

    private static byte[] request(TransactionId id, Credentials credentials, boolean nominating) {
        byte[] username = credentials.username().getBytes(UTF_8);
        int size = StunBuilder.sizeOf(username.length)
                + StunBuilder.sizeOf(Integer.BYTES)
                + StunBuilder.sizeOf(Long.BYTES)
                + StunBuilder.sizeOf(0);
        StunBuilder request = new StunBuilder(REQUEST, id, size)
                .put(StunAttribute.USERNAME, username)
                .putInt(StunAttribute.PRIORITY, PEER_REFLEXIVE_PRIORITY)
                .putLong(
                        credentials.controlling() ? StunAttribute.ICE_CONTROLLING : StunAttribute.ICE_CONTROLLED,
                        credentials.tieBreaker());
        if (nominating) {
            request.putFlag(StunAttribute.USE_CANDIDATE);
        }
        return request.sign(credentials.key()).withFingerprint();
    }

    /**
     * Tells the peer that we have closed, so that it need not find out by our silence. No RFC has it; agents of others pass
     * over it.
     *
     * @param username the peer's ufrag, a colon and ours
     * @param key the peer's password
     */
    public static byte[] goodbye(TransactionId id, String username, byte[] key) {
        byte[] name = username.getBytes(UTF_8);
        return new StunBuilder(INDICATION, id, StunBuilder.sizeOf(name.length) + StunBuilder.sizeOf(0))
                .put(StunAttribute.USERNAME, name)
                .putFlag(StunAttribute.GOODBYE)
                .sign(key)
                .withFingerprint();
    }

    /**
     * The answer to a check that came from this address, and so shows that it did.
     *
     * @param key our own password, which the check was made with
     */
    public static byte[] answer(TransactionId id, InetSocketAddress from, byte[] key) {
        return new StunBuilder(SUCCESS, id, StunBuilder.ADDRESS_BYTES)
                .putXorAddress(StunAttribute.XOR_MAPPED_ADDRESS, from)
                .sign(key)
                .withFingerprint();
    }
}
