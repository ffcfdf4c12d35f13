package dev.culvert.ice.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Whatever arrives, nothing is thrown, the budgets hold, and every byte comes back. */
class HostileFragmentsPropertyTest {
    private static final int[] FRAME_BYTES = {32_768, 30_000, 32_767, 10_000, 2_000, 1, 32_769, -1};
    private static final int[] FRAGMENT_BYTES = {1_000, 1_000, 1_000, 1_200, 300, 0, 255, 65_535};

    /** Small, so that chance uses it up. */
    private static final FrameConfig CONFIG = FrameConfig.builder()
            .maxFrameBytes(32 << 10)
            .peerBytes(64 << 10)
            .memoryBytes(64 << 10)
            .build();

    private final FrameMemory memory = new FrameMemory(96 << 10);
    private final Set<FrameDrop> reached = EnumSet.noneOf(FrameDrop.class);

    private void checkBudget(FrameAssembler... assemblers) {
        long held = 0;
        for (FrameAssembler assembler : assemblers) {
            FrameStats stats = assembler.stats();
            assertTrue(stats.heldBytes() >= 0 && stats.heldBytes() <= CONFIG.peerBytes(), stats::toString);
            assertEquals(stats.partialFrames() == 0, stats.heldBytes() == 0);
            held += stats.heldBytes();
        }
        assertEquals(held, memory.used());
        assertTrue(held <= memory.limit());
    }

    @Property(tries = 2_000)
    void shouldDropRandomBytes(@ForAll @Size(max = 2_000) byte[] bytes) {
        try (FrameAssembler assembler = new FrameAssembler(CONFIG, memory)) {
            assembler.onDatagram(0, ByteBuffer.wrap(bytes));
            checkBudget(assembler);
        }
        assertEquals(0, memory.used());
    }

    @Property(tries = 300)
    void shouldKeepToItsBudgetsWithHeadersThatArePlausible(@ForAll long seed) {
        floodTwoPeers(new Random(seed));
    }

    /** What the property above feeds reaches every way to drop; or else it would say little. */
    @Test
    void shouldReachEveryDropThatItCan() {
        for (int seed = 0; seed < 20; seed++) {
            floodTwoPeers(new Random(seed));
        }

        Set<FrameDrop> other = EnumSet.of(FrameDrop.SEND_REFUSED, FrameDrop.TOO_MANY_FRAGMENTS);
        assertEquals(EnumSet.complementOf(EnumSet.copyOf(other)), reached);
    }

    private void floodTwoPeers(Random random) {
        FrameAssembler one = new FrameAssembler(CONFIG, memory);
        FrameAssembler other = new FrameAssembler(CONFIG, memory);
        long now = random.nextLong();
        for (int i = 0; i < 600; i++) {
            now += random.nextInt(10) * Fragments.MILLI;
            FrameAssembler target = random.nextBoolean() ? one : other;
            ByteBuffer whole = target.onDatagram(now, plausible(random));
            assertTrue(whole == null || whole.remaining() <= CONFIG.maxFrameBytes());
            checkBudget(one, other);
        }
        one.expire(now + CONFIG.reassemblyTime().toNanos());
        assertEquals(0, one.stats().heldBytes());
        assertEquals(0, one.stats().outstandingFragments());
        other.close();
        other.onDatagram(now, plausible(random));
        assertEquals(0, memory.used());
        reached.addAll(one.stats().drops().keySet());
        reached.addAll(other.stats().drops().keySet());
    }

    /** Few ids, and mostly of the right length and of the numbers that this id had before, so that many are kept. */
    private static ByteBuffer plausible(Random random) {
        int id = random.nextInt(40);
        int choice = random.nextInt(10) == 0 ? random.nextInt(64) : id * 5;
        int frameBytes = FRAME_BYTES[choice % 8];
        int fragmentBytes = FRAGMENT_BYTES[choice / 8 % 8];
        int count = fragmentBytes > 0 ? Math.min(130, frameBytes / fragmentBytes + 1) : 1;
        int index = random.nextInt(Math.max(1, count + random.nextInt(2)));
        int right = Math.max(0, Math.min(fragmentBytes, frameBytes - index * fragmentBytes));
        return Fragments.datagram(index, id, frameBytes, fragmentBytes, random.nextInt(20) == 0 ? 77 : right);
    }
}
