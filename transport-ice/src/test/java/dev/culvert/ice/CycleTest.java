package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.LOOPBACK;
import static dev.culvert.ice.LoopbackPair.TIMEOUT;
import static dev.culvert.ice.LoopbackPair.receiveText;
import static dev.culvert.ice.LoopbackPair.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.ConnectionState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thousand lives of a pair in one JVM leave nothing behind: no descriptor, no thread, under 1 KB of heap each. */
@Timeout(120)
class CycleTest {
    private static final int CYCLES = 1_000;

    /** Classes, compiled code's data and pools that reach their size. */
    private static final int WARM_UP = 200;

    private static final int SAMPLE_EVERY = 200;
    private static final double MAX_SLOPE_BYTES = 1_024;

    @Test
    void shouldLeaveNothingBehindWithPrivateEndpoints() throws Exception {
        cycle("private endpoints", () -> IceContext.open(LOOPBACK), () -> IceContext.open(LOOPBACK));
    }

    @Test
    void shouldLeaveNothingBehindOnSharedEndpoints() throws Exception {
        try (IceEndpoint near = IceEndpoint.open(LOOPBACK);
                IceEndpoint far = IceEndpoint.open(LOOPBACK)) {
            cycle("shared endpoints", near::openContext, far::openContext);

            for (IceEndpoint endpoint : List.of(near, far)) {
                assertEquals(0, endpoint.contextCount());
                assertEquals(0, endpoint.routeCount());
                assertEquals(0, endpoint.contexts().size());
                assertEquals(0, endpoint.contexts().transactionCount());
            }
        }
    }

    private static void cycle(String variant, Supplier<IceContext> near, Supplier<IceContext> far) throws Exception {
        for (int i = 0; i < WARM_UP; i++) {
            oneLife(near.get(), far.get());
        }
        Set<Thread> threadsBefore = ProcessFootprint.threads();
        int descriptorsBefore = ProcessFootprint.descriptors();

        double[] connectMillis = new double[CYCLES];
        List<long[]> heap = new ArrayList<>();
        heap.add(new long[] {0, ProcessFootprint.liveHeap()});
        long cycling = 0;
        for (int i = 0; i < CYCLES; i++) {
            long start = System.nanoTime();
            connectMillis[i] = oneLife(near.get(), far.get());
            cycling += System.nanoTime() - start;
            if ((i + 1) % SAMPLE_EVERY == 0) {
                heap.add(new long[] {i + 1, ProcessFootprint.liveHeap()});
            }
        }

        double slope = slope(heap);
        Arrays.sort(connectMillis);
        System.out.printf(
                "%d cycles, %s: heap slope %.0f B a cycle, connect median %.1f ms, p99 %.1f ms, cycle %.1f ms%n",
                CYCLES,
                variant,
                slope,
                connectMillis[CYCLES / 2],
                connectMillis[CYCLES * 99 / 100],
                cycling / 1e6 / CYCLES);
        assertTrue(slope < MAX_SLOPE_BYTES, () -> "heap grows by " + slope + " B a cycle");
        Eventually.holds(
                () -> "descriptors " + descriptorsBefore + " -> " + ProcessFootprint.descriptors(),
                () -> ProcessFootprint.descriptors() <= descriptorsBefore);
        Eventually.holds(
                () -> "new threads " + ProcessFootprint.names(newThreads(threadsBefore)),
                () -> newThreads(threadsBefore).isEmpty());
    }

    private static Set<Thread> newThreads(Set<Thread> before) {
        Set<Thread> now = new HashSet<>(ProcessFootprint.threads());
        now.removeAll(before);
        return now;
    }

    /** Gather, connect, a message each way, shutdown, close; returns how long connecting took. */
    private static double oneLife(IceContext a, IceContext b) throws Exception {
        try (a;
                b) {
            IceDescription offer = a.gather(TIMEOUT);
            IceDescription answer = b.gather(TIMEOUT);
            long start = System.nanoTime();
            CompletableFuture<?> far = b.connectAsync(offer, Role.CONTROLLED, TIMEOUT);
            a.connect(answer, Role.CONTROLLING, TIMEOUT);
            far.join();
            double millis = (System.nanoTime() - start) / 1e6;

            assertEquals(SendStatus.SENT, a.send(text("there")));
            assertEquals("there", receiveText(b, 5_000));
            assertEquals(SendStatus.SENT, b.send(text("back")));
            assertEquals("back", receiveText(a, 5_000));

            a.shutdown();
            b.shutdown();
            a.close();
            b.close();
            assertEquals(ConnectionState.CLOSED, a.state());
            assertEquals(ConnectionState.CLOSED, b.state());
            return millis;
        }
    }

    /** Of the line with the least squares through (cycle, bytes). */
    private static double slope(List<long[]> points) {
        double meanX = points.stream().mapToLong(p -> p[0]).average().orElseThrow();
        double meanY = points.stream().mapToLong(p -> p[1]).average().orElseThrow();
        double covariance = points.stream()
                .mapToDouble(p -> (p[0] - meanX) * (p[1] - meanY))
                .sum();
        double variance = points.stream()
                .mapToDouble(p -> (p[0] - meanX) * (p[0] - meanX))
                .sum();
        return covariance / variance;
    }
}
