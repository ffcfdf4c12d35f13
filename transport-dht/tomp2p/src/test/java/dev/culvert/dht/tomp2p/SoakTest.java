package dev.culvert.dht.tomp2p;

import static dev.culvert.dht.tomp2p.Ring.done;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.WritableSlot;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** Puts and gets the same slots for {@code -Dculvert.soak.seconds}, so that what grows is not what is stored. */
class SoakTest {
    private static final int SLOTS = 50;
    private static final int VALUE = 1000;
    private static final long SECONDS = Long.getLong("culvert.soak.seconds", 10);

    /** What one put and one get may leave on the heap of all eight nodes, in bytes. */
    private static final long LIMIT = 300;

    private final long[] putMicros = new long[SLOTS];
    private final long[] getMicros = new long[SLOTS];

    @Test
    void shouldNotGrowWithTheNumberOfRequests() throws Exception {
        try (Ring ring = Ring.start(8)) {
            List<WritableSlot> slots = new ArrayList<>();
            for (int i = 0; i < SLOTS; i++) {
                slots.add(Ring.slot());
            }
            long rounds = 0;
            for (; rounds < 6; rounds++) {
                round(ring, slots, rounds);
            }
            long before = settledHeap();
            long warm = rounds;
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            while (System.nanoTime() < end) {
                round(ring, slots, rounds++);
            }
            long after = settledHeap();

            long operations = (rounds - warm) * SLOTS;
            long each = (after - before) / operations;
            System.out.printf(
                    "soak: %d puts and gets of %d B, p50 %d and %d us, heap %d to %d KiB, %d bytes for each%n",
                    operations, VALUE, median(putMicros), median(getMicros), before >> 10, after >> 10, each);
            String live = histogram();
            System.out.println(live.lines().limit(18).reduce("", (all, line) -> all + line + "\n"));
            // Short runs are noisy: half a megabyte of them is nobody's fault.
            assertTrue(after - before < LIMIT * operations + (512 << 10), each + " bytes for each");
        }
    }

    private void round(Ring ring, List<WritableSlot> slots, long number) {
        for (int i = 0; i < SLOTS; i++) {
            byte[] value = Ring.bytes(VALUE);
            long start = System.nanoTime();
            done(ring.node(i % 8).put(slots.get(i), number + 1, value, Ring.TTL));
            long stored = System.nanoTime();
            assertArrayEquals(
                    value, done(ring.node((i + 3) % 8).get(slots.get(i).slot())).get(0));
            putMicros[i] = (stored - start) / 1000;
            getMicros[i] = (System.nanoTime() - stored) / 1000;
        }
    }

    private static long median(long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** TomP2P releases its buffers in finalizers, so one collection is not enough. */
    private static long settledHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 6; i++) {
            System.gc();
            System.runFinalization();
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    private static String histogram() throws Exception {
        return (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {null},
                        new String[] {String[].class.getName()});
    }
}
