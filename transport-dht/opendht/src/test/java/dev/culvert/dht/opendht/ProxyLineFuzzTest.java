package dev.culvert.dht.opendht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.culvert.dht.EventCounters;
import dev.culvert.dht.SignedValue;
import dev.culvert.dht.Slot;
import dev.culvert.dht.WritableSlot;
import dev.culvert.identity.SigningKey;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;

/** What a proxy may send, and what strangers may plant: read or refused, within its bounds. */
class ProxyLineFuzzTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_800_000_000L));
    private static final WritableSlot SLOT =
            WritableSlot.of(new byte[Slot.KEY_LENGTH], SigningKey.fromSeed(new byte[SigningKey.SEED_LENGTH]));

    @FuzzTest
    void shouldReadOrRefuse(byte[] bytes) {
        EventCounters<OpenDhtEvent> events = new EventCounters<>(OpenDhtEvent.class);
        SlotReader reader = new SlotReader(SLOT.slot(), CLOCK, events, 10, value -> {});
        LineSplitter splitter = new LineSplitter(300, () -> {});
        if (splitter.read(ByteBuffer.wrap(bytes), reader)) {
            splitter.end(reader);
        }
        assertTrue(reader.values().isEmpty(), "nobody but the writer can have signed that");
        ProxyLine.value(bytes).ifPresent(value -> assertTrue(value.data().length <= bytes.length));
        assertTrue(ProxyLine.goodNodes(bytes) >= 0);
    }

    /** Fields that the writer itself chose badly. */
    @FuzzTest
    void shouldStandAnyFieldsThatAreSigned(byte[] bytes) {
        ByteBuffer fields = ByteBuffer.wrap(Arrays.copyOf(bytes, Math.max(17, Math.min(bytes.length, 1_000))));
        byte flags = fields.get();
        long sequence = fields.getLong();
        long expiry = fields.getLong();
        SignedValue made = (flags & 1) == 1
                ? SignedValue.removal(SLOT.slot(), sequence, expiry)
                : SignedValue.of(SLOT.slot(), sequence, expiry, new byte[fields.remaining()]);
        EventCounters<OpenDhtEvent> events = new EventCounters<>(OpenDhtEvent.class);
        SlotReader reader = new SlotReader(SLOT.slot(), CLOCK, events, 10, value -> {});

        assertTrue(reader.test(ProxyLine.put(made.sign(SLOT.writer()))));

        long now = CLOCK.instant().getEpochSecond();
        boolean holds = !made.removed() && expiry > now && expiry <= now + 3 * 3600;
        assertEquals(holds ? 1 : 0, reader.values().size());
        reader.values().forEach(value -> assertArrayEquals(made.value(), value));
    }
}
