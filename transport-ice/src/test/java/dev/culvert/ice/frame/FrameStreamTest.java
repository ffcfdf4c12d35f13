package dev.culvert.ice.frame;

import static dev.culvert.ice.frame.Fragments.MILLI;
import static dev.culvert.ice.frame.Fragments.bytes;
import static dev.culvert.ice.frame.Fragments.cut;
import static dev.culvert.ice.frame.Fragments.frame;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** 230 KB, 30 times a second, over a path that spreads each frame over 1.5 s; in virtual time. */
class FrameStreamTest {
    private static final int FRAME_BYTES = 230_000;
    private static final int FRAMES = 300;
    private static final long SPREAD = 1_500 * MILLI;

    private record Arrival(long time, ByteBuffer datagram) {}

    private final FrameConfig config = FrameConfig.defaults();
    private final FrameMemory memory = new FrameMemory(config.memoryBytes());
    private final FrameAssembler assembler = new FrameAssembler(config, memory);
    private final FrameFragmenter fragmenter = new FrameFragmenter(config, -FRAMES / 2);
    private final Random random = new Random(42);

    /** What is on its way; ordered by time. */
    private final PriorityQueue<Arrival> path = new PriorityQueue<>(Comparator.comparingLong(Arrival::time));

    private int nextDelivered;
    private int mostPartial;
    private int mostHeld;

    @Test
    void shouldDeliverEveryFrameThoughItsFragmentsSpreadOverAndReorder() {
        for (int i = 0; i < FRAMES; i++) {
            long sent = i * 1_000_000_000L / 30;
            arriveUntil(sent);
            spread(sent, i);
        }
        arriveUntil(Long.MAX_VALUE);

        assertEquals(FRAMES, nextDelivered);
        assertEquals(FRAMES, assembler.stats().deliveredFrames());
        assertEquals(Map.of(), assembler.stats().drops());
        assertTrue(mostPartial >= 45, "at most " + mostPartial + " frames at once");
        assertTrue(mostHeld >= 5_000_000, "at most " + mostHeld + " bytes at once");
        assertEquals(0, memory.used());
    }

    /** The first fragment at once, the last 1.5 s later, the others between them in any order. */
    private void spread(long sent, int number) {
        List<ByteBuffer> datagrams = cut(fragmenter, frame(FRAME_BYTES, number));
        int last = datagrams.size() - 1;
        Collections.shuffle(datagrams.subList(1, last), random);
        for (int i = 0; i <= last; i++) {
            path.add(new Arrival(sent + i * SPREAD / last, datagrams.get(i)));
        }
    }

    private void arriveUntil(long time) {
        while (!path.isEmpty() && path.element().time() <= time) {
            Arrival next = path.remove();
            ByteBuffer whole = assembler.onDatagram(next.time(), next.datagram());
            if (whole != null) {
                assertArrayEquals(frame(FRAME_BYTES, nextDelivered), bytes(whole));
                nextDelivered++;
            }
            FrameStats stats = assembler.stats();
            mostPartial = Math.max(mostPartial, stats.partialFrames());
            mostHeld = Math.max(mostHeld, stats.heldBytes());
        }
    }
}
