package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.InvalidDescriptionException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class SessionSignalPropertyTest {
    private static final int SHORTEST = 1 + 32 + 8;

    @Property
    void shouldComeBackFromItsBytes(
            @ForAll @Size(32) byte[] sessionKey, @ForAll long answerTo, @ForAll @Size(max = 2_000) byte[] description) {
        SessionSignal signal = SessionSignal.fromBytes(new SessionSignal(sessionKey, answerTo, description).toBytes());

        assertArrayEquals(sessionKey, signal.sessionKey());
        assertEquals(answerTo, signal.answerTo());
        assertArrayEquals(description, signal.description());
        assertEquals(answerTo == 0, signal.isOffer());
    }

    @Property
    void shouldReadOrRefuseAnyBytes(@ForAll @Size(max = 200) byte[] bytes) {
        try {
            SessionSignal signal = SessionSignal.fromBytes(bytes);
            assertArrayEquals(bytes, signal.toBytes());
        } catch (InvalidDescriptionException e) {
            assertTrue(bytes.length < SHORTEST || bytes[0] != 1, "refused without a reason");
        }
    }
}
