package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.InvalidDescriptionException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SessionSignalTest {
    private static final int SHORTEST = 1 + 32 + 8;

    private static byte[] key(int fill) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) fill);
        return key;
    }

    @Test
    void shouldRefuseEveryTruncation() {
        byte[] bytes = new SessionSignal(key(3), 9, new byte[0]).toBytes();
        assertEquals(SHORTEST, bytes.length);
        for (int length = 0; length < bytes.length; length++) {
            byte[] truncated = Arrays.copyOf(bytes, length);
            assertThrows(InvalidDescriptionException.class, () -> SessionSignal.fromBytes(truncated));
        }
    }

    @Test
    void shouldRefuseAnotherVersion() {
        byte[] bytes = new SessionSignal(key(3), 9, new byte[10]).toBytes();
        bytes[0] = 2;

        assertThrows(InvalidDescriptionException.class, () -> SessionSignal.fromBytes(bytes));
    }

    @Test
    void shouldBeNamedByItsKeyAndTellOffersFromAnswers() {
        SessionSignal offer = new SessionSignal(key(1), 0, new byte[0]);
        SessionSignal answer = new SessionSignal(key(2), offer.id(), new byte[0]);

        assertEquals(0x0101010101010101L, offer.id());
        assertTrue(offer.isOffer());
        assertFalse(answer.isOffer());
        assertEquals(offer.id(), answer.answerTo());
    }

    @Test
    void shouldTellAnAttemptGivenUpFromOneThatIsDescribed() {
        SessionSignal offer = new SessionSignal(key(1), 0, new byte[] {1});
        SessionSignal givenUp = SessionSignal.fromBytes(new SessionSignal(key(1), 0, new byte[0]).toBytes());

        assertFalse(offer.isGivenUp());
        assertTrue(givenUp.isGivenUp());
        assertTrue(offer.isSucceededBy(givenUp));
    }
}
