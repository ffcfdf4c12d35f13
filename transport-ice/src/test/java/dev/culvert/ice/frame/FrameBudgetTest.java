package dev.culvert.ice.frame;

import static dev.culvert.ice.frame.Fragments.MILLI;
import static dev.culvert.ice.frame.Fragments.bytes;
import static dev.culvert.ice.frame.Fragments.cut;
import static dev.culvert.ice.frame.Fragments.datagram;
import static dev.culvert.ice.frame.Fragments.frame;
import static dev.culvert.ice.frame.Fragments.withFragmentsOf;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What incomplete frames may hold, who makes room, and that all of it comes back. */
class FrameBudgetTest {
    private static final int MIB = 1 << 20;

    private final FrameConfig config = FrameConfig.defaults();
    private final FrameMemory memory = new FrameMemory(config.memoryBytes());
    private final FrameAssembler assembler = new FrameAssembler(config, memory);

    private static void feed(FrameAssembler to, long now, List<ByteBuffer> datagrams) {
        for (ByteBuffer datagram : datagrams) {
            assertNull(to.onDatagram(now, datagram.duplicate()));
        }
    }

    /** 65 536 fragments of 256 bytes: sixteen frames of a MiB, of which all but the first fragment are there. */
    @Test
    void shouldHold65536FragmentsAnd16MibOfOnePeerAndDeliverThemAll() {
        FrameFragmenter fragmenter = new FrameFragmenter(withFragmentsOf(256).build());
        List<ByteBuffer> missing = new ArrayList<>();
        for (int i = 0; i < 17; i++) {
            List<ByteBuffer> datagrams = cut(fragmenter, frame(MIB, i));
            assertEquals(4_096, datagrams.size());
            missing.add(datagrams.get(0));
            feed(assembler, i, datagrams.subList(1, i < 16 ? 4_096 : 17));
        }
        assertEquals(FrameAssembler.MAX_FRAGMENTS, assembler.stats().outstandingFragments());
        assertTrue(assembler.stats().heldBytes() >= 16 * MIB);

        for (int i = 0; i < 16; i++) {
            ByteBuffer whole = assembler.onDatagram(100, missing.get(i));
            assertNotNull(whole, "frame " + i);
            assertArrayEquals(frame(MIB, i), bytes(whole));
        }
        assertEquals(Map.of(), assembler.stats().drops());
        assertEquals(16, assembler.stats().outstandingFragments());
        assembler.close();
        assertEquals(0, memory.used());
    }

    @Test
    void shouldDropTheYoungestFrameForOneFragmentTooMany() {
        FrameFragmenter fragmenter = new FrameFragmenter(withFragmentsOf(256).build());
        List<List<ByteBuffer>> frames = new ArrayList<>();
        for (int i = 0; i < 17; i++) {
            frames.add(cut(fragmenter, frame(MIB, i)));
        }
        for (int i = 0; i < 16; i++) {
            feed(assembler, i, frames.get(i).subList(2, 4_096));
        }
        feed(assembler, 16, frames.get(16).subList(0, 32));
        assertEquals(FrameAssembler.MAX_FRAGMENTS, assembler.stats().outstandingFragments());

        // An old frame's fragment: the seventeenth frame makes room.
        feed(assembler, 17, frames.get(0).subList(1, 2));
        assertEquals(Map.of(FrameDrop.TOO_MANY_FRAGMENTS, 1L), assembler.stats().drops());
        assertEquals(16, assembler.stats().partialFrames());
        assertEquals(FrameAssembler.MAX_FRAGMENTS - 31, assembler.stats().outstandingFragments());
        assertNotNull(assembler.onDatagram(18, frames.get(0).get(0).duplicate()));

        // The dropped one's rest does not begin it again.
        feed(assembler, 19, frames.get(16).subList(32, 33));
        assertEquals(1, assembler.stats().drops(FrameDrop.LATE));
    }

    @Test
    void shouldKeepToThePeersBudgetAndFinishTheOldestFirst() {
        FrameConfig small = FrameConfig.builder().peerBytes(2 * MIB).build();
        FrameFragmenter fragmenter = new FrameFragmenter(small);
        List<List<ByteBuffer>> frames = new ArrayList<>();
        try (FrameAssembler tight = new FrameAssembler(small, memory)) {
            for (int i = 0; i < 5; i++) {
                frames.add(cut(fragmenter, frame(MIB, i)));
            }
            // In step: each gets its next fragment in turn, so together they would need 5 MiB.
            int last = frames.get(0).size() - 1;
            for (int index = 0; index < last; index++) {
                for (List<ByteBuffer> datagrams : frames) {
                    feed(tight, 0, List.of(datagrams.get(index)));
                    assertTrue(tight.stats().heldBytes() <= 2 * MIB);
                }
            }

            assertEquals(1, tight.stats().partialFrames());
            assertEquals(4, tight.stats().drops(FrameDrop.NO_MEMORY_PEER));
            ByteBuffer whole = tight.onDatagram(0, frames.get(0).get(last));
            assertNotNull(whole);
            assertArrayEquals(frame(MIB, 0), bytes(whole));
            assertEquals(0, memory.used());
        }
    }

    @Test
    void shouldShareTheGlobalBudgetAndGiveItBack() {
        FrameMemory shared = new FrameMemory(2 * MIB + MIB / 2);
        FrameFragmenter fragmenter = new FrameFragmenter(config);
        List<FrameAssembler> peers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            FrameAssembler peer = new FrameAssembler(config, shared);
            peers.add(peer);
            List<ByteBuffer> datagrams = cut(fragmenter, frame(MIB, i));
            feed(peer, 0, datagrams.subList(1, datagrams.size()));
            assertTrue(shared.used() <= shared.limit());
        }
        assertEquals(
                Map.of(FrameDrop.NO_MEMORY_GLOBAL, 1L),
                // The frame is dropped in its middle; what follows of it is late.
                onlyFrames(peers.get(2).stats().drops()));
        assertEquals(0, peers.get(2).stats().heldBytes());
        assertEquals(1, peers.get(0).stats().partialFrames());
        assertEquals(1, peers.get(1).stats().partialFrames());

        peers.get(0).expire(2_000 * MILLI);
        peers.get(1).close();
        assertEquals(0, shared.used());

        for (ByteBuffer datagram : cut(fragmenter, frame(MIB, 9))) {
            peers.get(2).onDatagram(1, datagram);
        }
        assertEquals(1, peers.get(2).stats().deliveredFrames());
        assertEquals(0, shared.used());
    }

    private static Map<FrameDrop, Long> onlyFrames(Map<FrameDrop, Long> drops) {
        drops.remove(FrameDrop.LATE);
        return drops;
    }

    /** Fragments as small as can be, each of a frame of its own that claims the most: they hold little. */
    @Test
    void shouldHoldLittleForFirstFragmentsThatClaimMuch() {
        int last = MIB / 256 - 1;
        for (int id = 0; id < 10_000; id++) {
            assertNull(assembler.onDatagram(0, datagram(last, id, MIB - 255, 256, 1)));
        }

        int each = assembler.stats().heldBytes() / 10_000;
        assertEquals(10_000, assembler.stats().partialFrames());
        assertTrue(each < 1_000, each + " bytes for each");
    }

    /** The empty part of a frame's blocks is never more than what was received. */
    @Test
    void shouldHoldAtMostTwiceWhatWasReceived() {
        List<ByteBuffer> datagrams =
                cut(new FrameFragmenter(withFragmentsOf(256).build()), frame(MIB, 1));
        for (int received = 1; received < datagrams.size(); received++) {
            assertNull(assembler.onDatagram(0, datagrams.get(received)));
            int held = assembler.stats().heldBytes();
            // Fixed: the bitmap of 4096 bits and the frame itself.
            assertTrue(held <= 2 * received * 260 + 1_100, held + " bytes for " + received + " fragments");
        }
    }

    /** A flood of beginnings neither pushes out what is on its way, nor keeps a new frame out once its time is over. */
    @Test
    void shouldSurviveAFloodOfBeginnings() {
        FrameFragmenter fragmenter = new FrameFragmenter(config, -1_000_000);
        byte[] before = frame(230_000, 1);
        List<ByteBuffer> early = cut(fragmenter, before);
        feed(assembler, 0, early.subList(0, 20));

        long now = MILLI;
        for (int id = 0; id < 200_000; id++) {
            now += 1_000;
            assertNull(assembler.onDatagram(now, datagram(0, id, MIB, 1186, 1186)));
        }
        FrameStats flooded = assembler.stats();
        assertTrue(flooded.drops(FrameDrop.NO_MEMORY_PEER) > 100_000, flooded::toString);
        assertTrue(flooded.heldBytes() <= config.peerBytes());
        assertTrue(flooded.heldBytes() > config.peerBytes() - 2_000);

        feed(assembler, now, early.subList(20, early.size() - 1));
        ByteBuffer whole = assembler.onDatagram(now, early.get(early.size() - 1));
        assertNotNull(whole);
        assertArrayEquals(before, bytes(whole));

        now += 2_000 * MILLI;
        List<ByteBuffer> after = cut(fragmenter, frame(MIB, 2));
        feed(assembler, now, after.subList(1, after.size()));
        assertNotNull(assembler.onDatagram(now, after.get(0)));
        assertEquals(0, memory.used());
        assertEquals(0, assembler.stats().partialFrames());
    }

    /** The budget is worth something only if what is allocated is charged. */
    @Test
    void shouldChargeWhatItAllocates() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        for (int fragmentBytes : new int[] {256, 1186, 20_000}) {
            for (int frameBytes : new int[] {1_000, 50_000, 230_000, MIB}) {
                FrameFragmenter fragmenter =
                        new FrameFragmenter(withFragmentsOf(fragmentBytes).build());
                List<ByteBuffer> warmUp = cut(fragmenter, frame(frameBytes, 1));
                warmUp.forEach(datagram -> assembler.onDatagram(0, datagram));
                List<ByteBuffer> datagrams = cut(fragmenter, frame(frameBytes, 2));
                int charged = assembler.stats().heldBytes();

                long before = threads.getThreadAllocatedBytes(thread);
                for (int i = 1; i < datagrams.size(); i++) {
                    assembler.onDatagram(0, datagrams.get(i));
                }
                long allocated = threads.getThreadAllocatedBytes(thread) - before;

                charged = assembler.stats().heldBytes() - charged;
                // The list of blocks grows by copying; the old one is garbage at once.
                assertTrue(
                        allocated <= charged + charged / 20 + 1_500,
                        "allocated " + allocated + ", charged " + charged + " for " + frameBytes + "/" + fragmentBytes);
            }
        }
    }
}
