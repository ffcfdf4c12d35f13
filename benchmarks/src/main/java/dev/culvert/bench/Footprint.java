package dev.culvert.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * What this process holds, from the JVM and from /proc (so on Linux only).
 *
 * @param heap bytes that survive collection
 * @param rss resident bytes
 * @param descriptors open files
 * @param threads live ones, without those of ice4j's shared pools
 * @param poolThreads those of ice4j's shared pools: by the load of the last minute, not by how many contexts there are
 */
record Footprint(long heap, long rss, int descriptors, int threads, int poolThreads) {
    private static final List<String> ICE4J_POOLS = List.of(
            "ice4j.Agent-timer-",
            "ice4j.Agent-executor-",
            "ice4j.StunStack-",
            "ice4j.StunClientTransaction-timer-",
            "ice4j.StunClientTransaction-executor-");

    static Footprint take() {
        long heap = measureHeap();
        List<String> names = Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .toList();
        int pooled = (int) names.stream()
                .filter(name -> ICE4J_POOLS.stream().anyMatch(name::startsWith))
                .count();
        return new Footprint(heap, measureRss(), measureDescriptors(), names.size() - pooled, pooled);
    }

    /** The least of several, since other threads allocate meanwhile. */
    static long measureHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    static long measureRss() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1_024;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("/proc/self/status has no VmRSS");
    }

    private static int measureDescriptors() {
        String[] open = new File("/proc/self/fd").list();
        return open == null ? -1 : open.length;
    }

    /** Processor time of this process so far. */
    static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    static void requireProc() throws SkippedException {
        if (!Files.isReadable(Path.of("/proc/self/status"))) {
            throw new SkippedException("needs /proc to see memory and descriptors");
        }
    }

    /** Waits so long, and makes what is resident comparable. */
    static void settle(Duration time) {
        pause(time);
        fillYoungGeneration();
    }

    static void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        long left = time.toNanos();
        while (left > 0) {
            LockSupport.parkNanos(left);
            left = end - System.nanoTime();
        }
    }

    /** Touches all of the young generation, so that its pages are in what is resident before and after. */
    private static void fillYoungGeneration() {
        long bytes = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] garbage = new byte[32_768];
            bytes += garbage.length;
        }
        if (bytes == 0) {
            throw new IllegalStateException("nothing was allocated");
        }
    }
}
