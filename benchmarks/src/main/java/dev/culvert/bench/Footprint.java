package dev.culvert.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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
}
