package dev.culvert.dht;

import dev.culvert.identity.SigningKey;
import java.security.SecureRandom;

/** Slots that nobody used before, and bytes to put there. */
public final class RandomSlots {
    private static final SecureRandom RANDOM = new SecureRandom();

    private RandomSlots() {}

    /** Under a random key, with a writer of its own. */
    public static WritableSlot slot() {
        return underKey(bytes(Slot.KEY_LENGTH));
    }

    /** Under the given key, with a writer of its own. */
    public static WritableSlot underKey(byte[] key) {
        return WritableSlot.of(key, SigningKey.generate(RANDOM));
    }

    /** Random bytes. */
    public static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
