package dev.culvert.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.security.SecureRandom;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class EphemeralKeyTest {
    @Test
    void shouldAgreeFromBothSides() {
        try (EphemeralKey one = EphemeralKey.generate(new SecureRandom());
                EphemeralKey other = EphemeralKey.generate(new SecureRandom())) {
            byte[] shared = one.agree(other.publicKey());

            assertEquals(32, shared.length);
            assertArrayEquals(shared, other.agree(one.publicKey()));
            assertFalse(Arrays.equals(one.publicKey(), other.publicKey()));
        }
    }

    @Test
    void shouldGiveOutCopiesOfItsPublicKey() {
        try (EphemeralKey key = EphemeralKey.generate(new SeededRandom(30))) {
            byte[] before = key.publicKey();
            key.publicKey()[0] ^= 1;

            assertArrayEquals(before, key.publicKey());
        }
    }

    @Test
    void shouldRefuseToAgreeOnceClosed() {
        EphemeralKey key = EphemeralKey.generate(new SeededRandom(31));
        byte[] publicKey = key.publicKey();
        key.close();
        key.close();

        assertThrows(IllegalStateException.class, () -> key.agree(publicKey));
        assertArrayEquals(publicKey, key.publicKey());
    }
}
