package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.dht.memory.StoredValue;
import dev.culvert.identity.SigningKey;
import dev.culvert.transport.TransportClosedException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values over an engine's limit, on a network with Mainline's of 996 bytes. */
class SplittingDhtTest {
    private static final Duration TTL = Duration.ofHours(1);
    private static final Duration QUICK = Duration.ofMillis(20);
    private static final int LIMIT = 996;
    private static final int MOST = 300_000;

    private final Random random = new Random(7);
    private final MemoryNetwork network = new MemoryNetwork();
    private final PlantingDht engine = new PlantingDht(MemoryDht.joinLikeMainline(network));
    private final SplittingDht dht = (SplittingDht) SplittingDht.over(engine, MOST);
    private final SigningKey writer = SigningKey.generate(new SecureRandom());
    private final WritableSlot slot = slot(writer);

    @AfterEach
    void close() {
        dht.close();
    }

    private WritableSlot slot(SigningKey key) {
        return WritableSlot.of(bytes(Slot.KEY_LENGTH), key);
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private List<byte[]> look() {
        return Eventually.get(dht.get(slot.slot()));
    }

    private long count(SplitEvent event) {
        Long count = dht.counters().get(event);
        return count == null ? -1 : count;
    }

    /** The slots of all parts that are stored now. */
    private List<Slot> parts() {
        return network.snapshot().stream()
                .map(StoredValue::slot)
                .filter(stored -> !stored.equals(slot.slot()))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 914, 915, 916, LIMIT - 1, LIMIT, LIMIT + 1, 1_846, 1_847, 65_536, MOST})
    void shouldCarryAnyLength(int length) {
        byte[] value = bytes(length);
        if (length > 0) {
            value[0] = 1;
        }

        Eventually.get(dht.put(slot, 1, value, TTL));

        assertArrayEquals(value, look().get(0));
        assertTrue(network.snapshot().stream().allMatch(stored -> stored.value().length <= LIMIT));
        assertEquals(length > LIMIT ? 1 : 0, count(SplitEvent.SPLIT));
    }

    @Test
    void shouldPutWhatFitsAsItIs() {
        byte[] value = bytes(LIMIT);
        value[0] = 1;

        Eventually.get(dht.put(slot, 1, value, TTL));

        assertArrayEquals(value, Eventually.get(engine.get(slot.slot())).get(0));
    }

    @Test
    void shouldNotTakeAValueForAHeadThatBeginsLikeOne() {
        byte[] value = {SplitHead.MARKER, 2, 3};

        Eventually.get(dht.put(slot, 1, value, TTL));

        assertArrayEquals(value, look().get(0));
    }

    @Test
    void shouldFindTheNewerValueWhateverIsLeftOfTheOlder() {
        byte[] newer = bytes(3_000);
        Eventually.get(dht.put(slot, 1, bytes(5_000), TTL));
        Eventually.get(dht.put(slot, 2, newer, TTL));

        assertArrayEquals(newer, look().get(0));
        assertEquals(1, look().size());
    }

    @Test
    void shouldFindNothingWhileAPartIsMissing() {
        Eventually.get(dht.put(slot, 1, bytes(5_000), TTL));
        Slot missing = parts().get(2);
        Eventually.get(engine.remove(new WritableSlot(missing, writer)));

        assertEquals(List.of(), look());
        assertEquals(1, count(SplitEvent.INCOMPLETE));
        assertEquals(0, count(SplitEvent.BAD_PART));
    }

    @Test
    void shouldRefreshTheSameValue() {
        byte[] value = bytes(5_000);
        Eventually.get(dht.put(slot, 1, value, TTL));
        Eventually.get(engine.remove(new WritableSlot(parts().get(0), writer)));

        Eventually.get(dht.put(slot, 1, value, TTL));

        assertArrayEquals(value, look().get(0));
    }

    @Test
    void shouldRemoveThePartsToo() {
        Eventually.get(dht.put(slot, 1, bytes(5_000), TTL));

        assertTrue(Eventually.get(dht.remove(slot)));

        assertEquals(List.of(), network.snapshot());
    }

    @Test
    void shouldPassOverPartsThatTheWriterDidNotSign() {
        byte[] value = bytes(5_000);
        Eventually.get(dht.put(slot, 1, value, TTL));
        for (Slot part : parts()) {
            byte[] real = Eventually.get(engine.get(part)).get(0);
            byte[] changed = real.clone();
            changed[0]++;
            engine.plant(part, changed); // right length, wrong signature
            engine.plant(part, bytes(10));
            engine.plant(part, new byte[0]);
        }

        assertArrayEquals(value, look().get(0));
    }

    @Test
    void shouldNotTakeOnePartForAnother() {
        byte[] value = bytes(5_000);
        Eventually.get(dht.put(slot, 1, value, TTL));
        List<Slot> parts = parts();
        for (int i = 0; i < parts.size(); i++) {
            Slot next = parts.get((i + 1) % parts.size());
            engine.plant(next, Eventually.get(engine.get(parts.get(i))).get(0));
        }

        assertArrayEquals(value, look().get(0));
    }

    @Test
    void shouldSayWhenOnlyForgedPartsAreThere() {
        Eventually.get(dht.put(slot, 1, bytes(5_000), TTL));
        Slot part = parts().get(1);
        byte[] forged = Eventually.get(engine.get(part)).get(0).clone();
        forged[0]++;
        Eventually.get(engine.remove(new WritableSlot(part, writer)));
        engine.plant(part, forged);

        assertEquals(List.of(), look());
        assertEquals(1, count(SplitEvent.BAD_PART));
    }

    /** A stranger's head costs a check; it makes nobody fetch, or keep room for, what it speaks of. */
    @Test
    void shouldPassOverHeadsThatTheWriterDidNotSign() {
        byte[] value = bytes(5_000);
        Eventually.get(dht.put(slot, 1, value, TTL));
        byte[] ofStranger =
                SplitHead.of(slot.slot(), 9, bytes(MOST), LIMIT).encode(slot(SigningKey.generate(new SecureRandom())));
        engine.plant(slot.slot(), ofStranger);
        engine.plant(slot.slot(), new byte[] {SplitHead.MARKER});

        List<byte[]> found = look();

        assertEquals(1, found.size());
        assertArrayEquals(value, found.get(0));
        assertEquals(2, count(SplitEvent.BAD_HEAD));
    }

    @Test
    void shouldJoinAFewHeadsOfOneSlotAndNoMore() {
        for (int i = 0; i < 6; i++) {
            engine.plant(
                    slot.slot(),
                    SplitHead.of(slot.slot(), i + 1, bytes(5_000), LIMIT).encode(slot));
        }

        assertEquals(List.of(), look());
        assertEquals(2, count(SplitEvent.SURPLUS));
        assertEquals(4, count(SplitEvent.INCOMPLETE));
    }

    @Test
    void shouldTellAListenerOfAValueInPartsOnce() throws Exception {
        BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();
        byte[] first = bytes(5_000);
        byte[] second = bytes(100_000);

        try (Dht.Subscription listening = dht.listen(slot.slot(), QUICK, heard::add)) {
            assertTrue(listening != null);
            Eventually.get(dht.put(slot, 1, first, TTL));
            assertArrayEquals(first, Eventually.take(heard));
            Eventually.get(dht.put(slot, 2, second, TTL));
            assertArrayEquals(second, Eventually.take(heard));
        }
        assertTrue(heard.isEmpty());
    }

    @Test
    void shouldTellAListenerWhenAMissingPartIsThere() throws Exception {
        byte[] value = bytes(5_000);
        Eventually.get(dht.put(slot, 1, value, TTL));
        WritableSlot missing = new WritableSlot(parts().get(0), writer);
        byte[] part = Eventually.get(engine.get(missing.slot())).get(0);
        Eventually.get(engine.remove(missing));
        BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();

        try (Dht.Subscription listening = dht.listen(slot.slot(), Duration.ofSeconds(1), heard::add)) {
            assertTrue(listening != null);
            Eventually.isTrue("looked for once", () -> count(SplitEvent.INCOMPLETE) > 0);
            Eventually.get(engine.put(missing, 1, part, TTL));
            assertArrayEquals(value, Eventually.take(heard));
        }
    }

    @Test
    void shouldFailWhenTheEngineFails() {
        Eventually.get(dht.put(slot, 1, bytes(5_000), TTL));
        SplittingDht failing = (SplittingDht) SplittingDht.over(new FailingGets(engine, 1), MOST);
        assertInstanceOf(IllegalStateException.class, Eventually.failureOf(failing.get(slot.slot()))); // the head's
        network.losePuts(1);
        assertTrue(Eventually.failureOf(dht.put(slot, 2, bytes(5_000), TTL))
                .getMessage()
                .contains("lose puts"));
        assertEquals(0, dht.counters().get(SplitEvent.JOINED));
    }

    @Test
    void shouldLeaveNoFutureHangingWhenClosed() {
        var puts = Arrays.asList(dht.put(slot, 1, bytes(MOST), TTL), dht.put(slot(writer), 1, bytes(MOST), TTL));

        dht.close();

        puts.forEach(put -> assertInstanceOf(TransportClosedException.class, Eventually.failureOf(put)));
    }

    @Test
    void shouldBeNothingMoreForAnEngineWithRoom() {
        MemoryDht roomy = MemoryDht.join(network, 10_000, TTL);

        assertSame(roomy, SplittingDht.over(roomy, 10_000));
        assertThrows(
                IllegalArgumentException.class, () -> SplittingDht.over(MemoryDht.join(network, 300, TTL), 10_000));
        roomy.close();
    }
}
