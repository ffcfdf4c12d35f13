package dev.culvert.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class PeerIdTest {
    private static byte[] counting() {
        byte[] bytes = new byte[PeerId.LENGTH];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    @Test
    void shouldReadBackItsTextForm() {
        PeerId id = PeerId.of(counting());

        assertEquals(86, id.toString().length());
        assertEquals(id, PeerId.parse(id.toString()));
    }

    @Test
    void shouldSplitIntoItsTwoKeys() {
        PeerId id = PeerId.of(counting());

        assertEquals(0, id.signingKey()[0]);
        assertEquals(31, id.signingKey()[31]);
        assertEquals(32, id.agreementKey()[0]);
        assertEquals(63, id.agreementKey()[31]);
    }

    @Test
    void shouldNotChangeWithTheArraysItWasMadeFromOrGaveOut() {
        byte[] source = counting();
        PeerId id = PeerId.of(source);
        source[0] = 99;
        id.toBytes()[1] = 99;

        assertArrayEquals(counting(), id.toBytes());
    }

    @Test
    void shouldRefuseAnythingButSixtyFourBytes() {
        assertThrows(IllegalArgumentException.class, () -> PeerId.of(new byte[63]));
        assertThrows(IllegalArgumentException.class, () -> PeerId.parse("abc"));
        assertThrows(IllegalArgumentException.class, () -> PeerId.parse("!".repeat(86)));
        assertThrows(IllegalArgumentException.class, () -> PeerId.parse("a".repeat(86)), "two texts for one peer");
    }

    @Test
    void shouldOrderByUnsignedBytes() {
        byte[] high = counting();
        high[0] = (byte) 0x80;

        assertEquals(1, Integer.signum(PeerId.of(high).compareTo(PeerId.of(counting()))));
        assertNotEquals(PeerId.of(high), PeerId.of(counting()));
    }
}
