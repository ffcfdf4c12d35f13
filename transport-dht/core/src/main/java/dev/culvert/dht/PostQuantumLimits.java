package dev.culvert.dht;

import dev.culvert.identity.HpkeSuite;
import dev.culvert.identity.SealingKey;
import java.time.Instant;

/** What post-quantum sealing needs of an engine, and what is left for a message. Stateless. */
final class PostQuantumLimits {
    private PostQuantumLimits() {}

    /**
     * The choice as far as the engine has room for it.
     *
     * @throws PostQuantumUnavailableException if it is required and there is no room
     */
    static PostQuantum inEffect(QueueConfig config, DhtCapabilities engine, Instant now) {
        int needed = leastValueBytes(config, now);
        boolean hasRoom = engine.maxValueBytes() >= needed;
        if (config.postQuantum() == PostQuantum.REQUIRED && !hasRoom) {
            throw new PostQuantumUnavailableException(engine.engine(), engine.maxValueBytes(), needed);
        }
        return hasRoom ? config.postQuantum() : PostQuantum.OFF;
    }

    /** For the record with our key, which is sealed with X25519, and for a message of one byte. */
    private static int leastValueBytes(QueueConfig config, Instant now) {
        long sequence = now.toEpochMilli();
        return Math.max(
                SealedRecord.length(sequence, now.plus(SignedBody.MAX_LIFE), SealingKey.LENGTH),
                SealedRecord.length(
                        HpkeSuite.X_WING_CHACHA20POLY1305,
                        sequence,
                        now.plus(config.messageLife()),
                        QueueEnvelope.HEADER_LENGTH + 1));
    }

    /** How messages may be sealed: the longest of it counts, since nobody knows yet whether a key will be found. */
    static HpkeSuite suite(PostQuantum inEffect) {
        return inEffect == PostQuantum.OFF ? HpkeSuite.X25519_CHACHA20POLY1305 : HpkeSuite.X_WING_CHACHA20POLY1305;
    }
}
