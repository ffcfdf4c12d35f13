package dev.culvert.identity;

import java.security.SecureRandom;
import java.util.Random;

/** Repeatable "randomness", so that a test fails the same way twice. */
final class SeededRandom extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private final Random random;

    SeededRandom(long seed) {
        this.random = new Random(seed);
    }

    @Override
    public void nextBytes(byte[] bytes) {
        random.nextBytes(bytes);
    }
}
