package dev.culvert.ice.internal;

import java.nio.ByteBuffer;

/** Writes the Binding request that asks a STUN server for our reflexive address (RFC 8489 section 5): a bare header. */
public final class BindingRequests {
    private static final short TYPE = 0x0001;

    private BindingRequests() {}

    /** A request ready to send. */
    public static ByteBuffer encode(TransactionId id) {
        return ByteBuffer.allocate(StunClassifier.HEADER_BYTES)
                .putShort(TYPE)
                .putShort((short) 0)
                .putInt(StunClassifier.MAGIC_COOKIE)
                .putInt(id.high())
                .putLong(id.low())
                .flip();
    }
}
