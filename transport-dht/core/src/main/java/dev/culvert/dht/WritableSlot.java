package dev.culvert.dht;

import dev.culvert.identity.SigningKey;

/**
 * A slot together with the key that may write it.
 *
 * @param slot the place
 * @param writer the private key whose public half is {@code slot.writer()}
 */
public record WritableSlot(Slot slot, SigningKey writer) {
    /** The slot for a key that {@code writer} writes. */
    public static WritableSlot of(byte[] key, SigningKey writer) {
        return new WritableSlot(new Slot(key, writer.publicKey()), writer);
    }
}
