package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.culvert.transport.InvalidDescriptionException;

/** Whatever bytes a peer gives as its description: refused, or a description that comes back from its own bytes. */
class DescriptionFuzzTest {
    @FuzzTest
    void shouldReadOrRefuse(byte[] bytes) {
        IceDescription description;
        try {
            description = IceDescription.fromBytes(bytes);
        } catch (InvalidDescriptionException e) {
            return;
        }
        byte[] again = description.toBytes();
        assertEquals(description, IceDescription.fromBytes(again));
        assertArrayEquals(again, IceDescription.fromBytes(again).toBytes());
    }
}
