package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.culvert.ice.IceDescription;
import dev.culvert.transport.InvalidDescriptionException;

/** What a contact may publish to set up a session: read or refused, and so is the description in it. */
class SessionSignalFuzzTest {
    @FuzzTest
    void shouldReadOrRefuse(byte[] bytes) {
        SessionSignal signal;
        try {
            signal = SessionSignal.fromBytes(bytes);
        } catch (InvalidDescriptionException e) {
            return;
        }
        assertArrayEquals(bytes, signal.toBytes());
        assertEquals(signal.answerTo() == 0, signal.isOffer());
        try {
            IceDescription description = IceDescription.fromBytes(signal.description());
            assertEquals(description, IceDescription.fromBytes(description.toBytes()));
        } catch (InvalidDescriptionException e) {
            return; // refused as a whole
        }
    }
}
