package dev.culvert.dht.opendht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.Slot;
import dev.culvert.dht.WritableSlot;
import dev.culvert.identity.SigningKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class EnvelopeTest {
    private static final long NOW = 1_800_000_000L;

    private final WritableSlot slot = Slots.random();
    private final byte[] sealed = new Envelope(false, 7, NOW + 60, new byte[] {1, 2, 3}).seal(slot);

    @Test
    void shouldReadWhatTheWriterSealed() {
        Envelope read =
                Envelope.open(slot.slot(), sealed, NOW, this::unexpected).orElseThrow();

        assertEquals(7, read.sequence());
        assertEquals(NOW + 60, read.expirySeconds());
        assertArrayEquals(new byte[] {1, 2, 3}, read.value());
        assertEquals(3 + Envelope.OVERHEAD, sealed.length);
        assertTrue(!read.removed() && !read.expired(NOW + 59) && read.expired(NOW + 60));
    }

    @Test
    void shouldReadAMarkOfRemoval() {
        byte[] mark = new Envelope(true, 7, NOW + 60, new byte[0]).seal(slot);

        assertTrue(Envelope.open(slot.slot(), mark, NOW, this::unexpected)
                .orElseThrow()
                .removed());
    }

    @Test
    void shouldRefuseEveryChangedByte() {
        for (int i = 0; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            List<OpenDhtEvent> dropped = dropped(slot.slot(), changed, NOW);
            OpenDhtEvent expected = i < 1
                    ? OpenDhtEvent.MALFORMED
                    : i >= 2 && i < 34 ? OpenDhtEvent.OTHER_WRITER : OpenDhtEvent.BAD_SIGNATURE;
            assertEquals(List.of(expected), dropped, "byte " + i);
        }
    }

    @Test
    void shouldRefuseEveryCutLength() {
        for (int length = 0; length < sealed.length; length++) {
            assertEquals(
                    1, dropped(slot.slot(), Arrays.copyOf(sealed, length), NOW).size());
        }
    }

    @Test
    void shouldRefuseAnEnvelopeOfAnotherWriter() {
        WritableSlot other = WritableSlot.of(slot.slot().key(), SigningKey.generate(new SecureRandom()));

        assertEquals(List.of(OpenDhtEvent.OTHER_WRITER), dropped(other.slot(), sealed, NOW));
    }

    @Test
    void shouldRefuseAnEnvelopeOfAKeyThatDiffersInTheEnd() {
        byte[] key = slot.slot().key();
        key[Slot.KEY_LENGTH - 1] ^= 1;
        Slot near = new Slot(key, slot.slot().writer());
        assertEquals(OpenDht.path(slot.slot()), OpenDht.path(near));

        assertEquals(List.of(OpenDhtEvent.BAD_SIGNATURE), dropped(near, sealed, NOW));
    }

    @Test
    void shouldRefuseWhatIsTooLargeOrMeantForEver() {
        assertEquals(List.of(OpenDhtEvent.OVERSIZED), dropped(slot.slot(), new byte[Envelope.MAX_LENGTH + 1], NOW));
        for (long expiry : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, NOW + 3 * 3600 + 1}) {
            byte[] endless = new Envelope(false, 1, expiry, new byte[1]).seal(slot);
            assertEquals(List.of(OpenDhtEvent.MALFORMED), dropped(slot.slot(), endless, NOW));
        }
    }

    @Test
    void shouldHaveOneIdForTheSameBytesOnly() {
        byte[] same = new Envelope(false, 7, NOW + 60, new byte[] {1, 2, 3}).seal(slot);
        byte[] later = new Envelope(false, 7, NOW + 120, new byte[] {1, 2, 3}).seal(slot);

        assertEquals(Envelope.id(sealed), Envelope.id(same));
        assertNotEquals(Envelope.id(sealed), Envelope.id(later));
    }

    private static List<OpenDhtEvent> dropped(Slot slot, byte[] bytes, long now) {
        List<OpenDhtEvent> dropped = new ArrayList<>();
        assertTrue(Envelope.open(slot, bytes, now, dropped::add).isEmpty());
        return dropped;
    }

    private void unexpected(OpenDhtEvent event) {
        throw new AssertionError(event);
    }
}
