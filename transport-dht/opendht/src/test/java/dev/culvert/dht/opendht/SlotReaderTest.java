package dev.culvert.dht.opendht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.EventCounters;
import dev.culvert.dht.SignedValue;
import dev.culvert.dht.Slot;
import dev.culvert.dht.WritableSlot;
import dev.culvert.identity.SigningKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class SlotReaderTest {
    private static final long NOW = 1_800_000_000L;

    private final WritableSlot slot = Slots.random();
    private final EventCounters<OpenDhtEvent> events = new EventCounters<>(OpenDhtEvent.class);
    private final SlotReader reader =
            new SlotReader(slot.slot(), InstantSource.fixed(Instant.ofEpochSecond(NOW)), events, 10, value -> {});

    private static byte[] line(WritableSlot slot, long sequence, long expiry) {
        return ProxyLine.put(SignedValue.of(slot.slot(), sequence, expiry, new byte[] {(byte) sequence})
                .sign(slot.writer()));
    }

    private void assertDropped(byte[] line, OpenDhtEvent reason) {
        long before = events.get(reason);
        assertTrue(reader.test(line));
        assertEquals(before + 1, events.get(reason));
        assertEquals(0, reader.values().size());
    }

    @Test
    void shouldDropWhatIsTooLargeOrMeantForEver() {
        assertDropped(ProxyLine.put(new byte[OpenDht.MAX_SIGNED + 1]), OpenDhtEvent.OVERSIZED);
        for (long expiry : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, NOW + 3 * 3600 + 1}) {
            assertDropped(line(slot, 1, expiry), OpenDhtEvent.MALFORMED);
        }
    }

    @Test
    void shouldDropWhatLiesAtItsPathForAnotherSlot() {
        byte[] key = slot.slot().key();
        assertDropped(
                line(WritableSlot.of(key, SigningKey.generate(new SecureRandom())), 1, NOW + 60), OpenDhtEvent.FOREIGN);
        key[Slot.KEY_LENGTH - 1] ^= 1;
        WritableSlot near = WritableSlot.of(key, slot.writer());
        assertEquals(OpenDht.path(slot.slot()), OpenDht.path(near.slot()));
        assertDropped(line(near, 1, NOW + 60), OpenDhtEvent.FOREIGN);
    }

    @Test
    void shouldHideTheOlderValueBehindOneThatIsOver() {
        assertDropped(line(slot, 2, NOW), OpenDhtEvent.EXPIRED);
        assertDropped(line(slot, 1, NOW + 60), OpenDhtEvent.SUPERSEDED);

        assertTrue(reader.test(line(slot, 3, NOW + 60)));
        assertArrayEquals(new byte[] {3}, reader.values().get(0));
    }
}
