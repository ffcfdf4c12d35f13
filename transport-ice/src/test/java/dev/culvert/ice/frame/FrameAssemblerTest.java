package dev.culvert.ice.frame;

import static dev.culvert.ice.frame.Fragments.MILLI;
import static dev.culvert.ice.frame.Fragments.bytes;
import static dev.culvert.ice.frame.Fragments.cut;
import static dev.culvert.ice.frame.Fragments.datagram;
import static dev.culvert.ice.frame.Fragments.frame;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of fragments, in virtual time; budgets are in {@link FrameBudgetTest}. */
class FrameAssemblerTest {
    /** Near the overflow of nanoTime, which may be anywhere. */
    private static final long START = new Random(1)
            .longs(1, Long.MAX_VALUE - 1_000 * MILLI, Long.MAX_VALUE)
            .sum();

    private static final int MIB = 1 << 20;

    private final FrameConfig config = FrameConfig.defaults();
    private final FrameMemory memory = new FrameMemory(config.memoryBytes());
    private final FrameAssembler assembler = new FrameAssembler(config, memory);
    private final FrameFragmenter fragmenter = new FrameFragmenter(config);

    /** Feeds all of them at one time; the frames that came out. */
    private List<byte[]> feed(long now, Iterable<ByteBuffer> datagrams) {
        return feed(assembler, now, datagrams);
    }

    private static List<byte[]> feed(FrameAssembler to, long now, Iterable<ByteBuffer> datagrams) {
        List<byte[]> frames = new ArrayList<>();
        for (ByteBuffer datagram : datagrams) {
            ByteBuffer whole = to.onDatagram(now, datagram.duplicate());
            if (whole != null) {
                frames.add(bytes(whole));
            }
        }
        return frames;
    }

    private void assertDrops(Map<FrameDrop, Long> expected) {
        assertEquals(expected, assembler.stats().drops());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1185, 1186, 1187, 2372, 230_000, MIB - 1, MIB})
    void shouldDeliverAFrameOfAnyLength(int length) {
        byte[] sent = frame(length, length);

        List<byte[]> got = feed(START, cut(fragmenter, sent));

        assertEquals(1, got.size());
        assertArrayEquals(sent, got.get(0));
        assertEquals(1, assembler.stats().deliveredFrames());
        assertEquals(length, assembler.stats().deliveredBytes());
        assertEquals(0, memory.used());
        assertDrops(Map.of());
    }

    @Property(tries = 200)
    void shouldDeliverOnceWhateverTheOrderAndTheDuplicates(
            @ForAll @IntRange(min = 1, max = 40_000) int length,
            @ForAll @IntRange(min = 270, max = 3_000) int datagramBytes,
            @ForAll long seed) {
        Random random = new Random(seed);
        FrameConfig cutting = FrameConfig.builder().datagramBytes(datagramBytes).build();
        byte[] sent = frame(length, seed);
        List<ByteBuffer> datagrams = cut(new FrameFragmenter(cutting), sent);
        int fragments = datagrams.size();
        datagrams.addAll(datagrams.subList(0, random.nextInt(fragments + 1)));
        Collections.shuffle(datagrams, random);

        FrameMemory budget = new FrameMemory(config.memoryBytes());
        FrameAssembler target = new FrameAssembler(config, budget); // the fields serve all tries
        List<byte[]> got = feed(target, START, datagrams);

        assertEquals(1, got.size());
        assertArrayEquals(sent, got.get(0));
        FrameStats stats = target.stats();
        assertEquals(datagrams.size() - fragments, stats.drops(FrameDrop.DUPLICATE) + stats.drops(FrameDrop.LATE));
        assertEquals(0, stats.outstandingFragments());
        assertEquals(0, budget.used());
    }

    @Test
    void shouldHandOutAnArrayThatNobodyElseHas() {
        ByteBuffer datagram = cut(fragmenter, new byte[] {1, 2, 3}).get(0);

        ByteBuffer whole = assembler.onDatagram(START, datagram);
        assertNotNull(whole);
        datagram.rewind();
        while (datagram.hasRemaining()) {
            datagram.put((byte) 99);
        }

        assertArrayEquals(new byte[] {1, 2, 3}, bytes(whole));
        assertEquals(0, whole.arrayOffset());
        assertEquals(3, whole.array().length);
    }

    @Test
    void shouldNotMixFramesWhoseFragmentsInterleave() {
        byte[] first = frame(100_000, 1);
        byte[] second = frame(100_000, 2);
        List<ByteBuffer> ones = cut(fragmenter, first);
        List<ByteBuffer> twos = cut(fragmenter, second);
        List<ByteBuffer> mixed = new ArrayList<>();
        for (int i = 0; i < ones.size(); i++) {
            mixed.add(twos.get(i));
            mixed.add(ones.get(ones.size() - 1 - i));
        }

        List<byte[]> got = feed(START, mixed);

        assertEquals(2, got.size());
        assertArrayEquals(second, got.get(0));
        assertArrayEquals(first, got.get(1));
    }

    @Test
    void shouldTakeTheLastFragmentJustBeforeTheTimeIsOver() {
        List<ByteBuffer> datagrams = cut(fragmenter, frame(5_000, 1));
        feed(START, datagrams.subList(1, 5));

        assembler.expire(START + 2_000 * MILLI - 1);
        assertEquals(1, feed(START + 2_000 * MILLI - 1, datagrams.subList(0, 1)).size());
        assertDrops(Map.of());
    }

    @Test
    void shouldDropAFrameWhenItsTimeIsOverAndANewOneComes() {
        List<ByteBuffer> lost = cut(fragmenter, frame(5_000, 1));
        feed(START, lost.subList(0, 4));

        byte[] next = frame(5_000, 2);
        List<byte[]> got = feed(START + 2_000 * MILLI, cut(fragmenter, next));

        assertEquals(1, got.size());
        assertArrayEquals(next, got.get(0));
        assertDrops(Map.of(FrameDrop.EXPIRED, 1L));
        assertEquals(0, memory.used());
    }

    @Test
    void shouldDropAFrameOfASilentPeerWhenToldTheTime() {
        feed(START, cut(fragmenter, frame(5_000, 1)).subList(0, 4));
        feed(START + 1, cut(fragmenter, frame(5_000, 2)).subList(1, 5));
        assertTrue(memory.used() > 0);

        assembler.expire(START + 2_000 * MILLI);
        assertEquals(1, assembler.stats().partialFrames());
        assertEquals(4, assembler.stats().outstandingFragments());
        assembler.expire(START + 2_000 * MILLI + 1);

        assertDrops(Map.of(FrameDrop.EXPIRED, 2L));
        assertEquals(0, assembler.stats().partialFrames());
        assertEquals(0, assembler.stats().outstandingFragments());
        assertEquals(0, assembler.stats().heldBytes());
        assertEquals(0, memory.used());
    }

    @Test
    void shouldCountTheTimeFromTheFirstFragmentOn() {
        List<ByteBuffer> datagrams = cut(fragmenter, frame(3_000, 1));
        feed(START, datagrams.subList(0, 1));
        feed(START + 1_900 * MILLI, datagrams.subList(1, 2));

        assertEquals(List.of(), feed(START + 2_000 * MILLI, datagrams.subList(2, 3)));
        assertDrops(Map.of(FrameDrop.EXPIRED, 1L, FrameDrop.LATE, 1L));
    }

    @Test
    void shouldUseTheConfiguredTime() {
        FrameConfig quick =
                FrameConfig.builder().reassemblyTime(Duration.ofMillis(300)).build();
        try (FrameAssembler impatient = new FrameAssembler(quick, memory)) {
            impatient.onDatagram(START, cut(fragmenter, frame(5_000, 1)).get(0));
            impatient.expire(START + 299 * MILLI);
            assertEquals(1, impatient.stats().partialFrames());

            impatient.expire(START + 300 * MILLI);
            assertEquals(1, impatient.stats().drops(FrameDrop.EXPIRED));
        }
    }

    @Test
    void shouldDropLateFragmentsOfWhatIsOver() {
        List<ByteBuffer> whole = cut(fragmenter, frame(5_000, 1));
        List<ByteBuffer> lost = cut(fragmenter, frame(5_000, 2));
        feed(START, whole);
        feed(START, lost.subList(0, 2));
        assembler.expire(START + 2_000 * MILLI);

        assertEquals(List.of(), feed(START + 2_001 * MILLI, whole));
        assertEquals(List.of(), feed(START + 2_001 * MILLI, lost));

        assertDrops(Map.of(FrameDrop.EXPIRED, 1L, FrameDrop.LATE, 10L));
        assertEquals(0, assembler.stats().partialFrames());
    }

    @Test
    void shouldRememberOnlySoManyEndedFrames() {
        List<List<ByteBuffer>> frames = new ArrayList<>();
        for (int i = 0; i <= RecentIds.CAPACITY; i++) {
            frames.add(cut(fragmenter, new byte[] {(byte) i}));
            feed(START, frames.get(i));
        }

        assertEquals(List.of(), feed(START, frames.get(1)));
        assertEquals(List.of(), feed(START, frames.get(RecentIds.CAPACITY)));
        assertEquals(1, feed(START, frames.get(0)).size(), "the first is forgotten, and delivered again");
    }

    @Test
    void shouldDropWhatContradictsTheFirstFragmentAndStillDeliver() {
        byte[] sent = frame(5_000, 1);
        List<ByteBuffer> datagrams = cut(new FrameFragmenter(config, 7), sent);
        feed(START, datagrams.subList(0, 2));

        feed(START, List.of(datagram(3, 7, 5_001, 1186, 1186)));
        feed(START, List.of(datagram(3, 7, 5_000, 1185, 1185)));
        assertDrops(Map.of(FrameDrop.INCONSISTENT, 2L));

        List<byte[]> got = feed(START, datagrams.subList(2, 5));
        assertArrayEquals(sent, got.get(0));
    }

    @Test
    void shouldCountWhatIsNoFragmentAndWhatIsTooLarge() {
        feed(START, List.of(ByteBuffer.wrap(new byte[100]), ByteBuffer.allocate(0)));
        feed(START, List.of(datagram(0, 1, MIB + 1, 1186, 1186)));

        assertDrops(Map.of(FrameDrop.MALFORMED, 2L, FrameDrop.TOO_LARGE, 1L));
        assertEquals(0, memory.used());
    }

    @Test
    void shouldGoOnWhenTheIdsWrapAround() {
        FrameFragmenter wrapping = new FrameFragmenter(config, -20);
        List<List<ByteBuffer>> frames = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            frames.add(cut(wrapping, frame(5_000, i)));
        }
        assertEquals(-20, frames.get(0).get(0).getInt(4));
        assertEquals(19, frames.get(39).get(0).getInt(4));

        // All under assembly at once, then finished in turn.
        frames.forEach(datagrams -> feed(START, datagrams.subList(1, 5)));
        for (int i = 0; i < 40; i++) {
            List<byte[]> got = feed(START, frames.get(i).subList(0, 1));
            assertArrayEquals(frame(5_000, i), got.get(0));
        }

        frames.forEach(datagrams -> assertEquals(List.of(), feed(START, datagrams)));
        assertDrops(Map.of(FrameDrop.LATE, 200L));
    }

    @Test
    void shouldLoseOnlyTheFramesThatLostAFragment() {
        Random random = new Random(1);
        int damaged = 0;
        int delivered = 0;
        for (int i = 0; i < 300; i++) {
            List<ByteBuffer> datagrams = cut(fragmenter, frame(50_000, i));
            boolean lost = datagrams.removeIf(datagram -> random.nextInt(100) == 0);
            damaged += lost ? 1 : 0;
            Collections.shuffle(datagrams, random);
            delivered += feed(START + 33L * i * MILLI, datagrams).size();
        }
        assembler.expire(START + 20_000 * MILLI);

        assertTrue(damaged > 50 && damaged < 200, "damaged " + damaged);
        assertEquals(300 - damaged, delivered);
        assertDrops(Map.of(FrameDrop.EXPIRED, (long) damaged));
        assertEquals(0, memory.used());
    }

    @Test
    void shouldGiveAllBackOnCloseAndTakeNoMore() {
        List<ByteBuffer> datagrams = cut(fragmenter, frame(5_000, 1));
        feed(START, datagrams.subList(0, 4));
        assertTrue(memory.used() > 0);

        assembler.close();
        assembler.close();

        assertEquals(0, memory.used());
        assertNull(assembler.onDatagram(START, datagrams.get(4)));
        assembler.expire(START + 5_000 * MILLI);
        assertDrops(Map.of(FrameDrop.CLEARED, 1L, FrameDrop.CLOSED, 1L));
    }
}
