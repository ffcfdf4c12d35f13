package dev.culvert.ice;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What this process holds: file descriptors, threads, live heap. */
public final class ProcessFootprint {
    /**
     * Pools that ice4j shares between all agents of the process, by their threads' names. Their size depends on the
     * load of the last minute (60 s keep-alive), not on how many agents there were. The JDK's own are of its choosing.
     */
    static final List<String> ICE4J_POOLS = List.of(
            "ice4j.Agent-timer-",
            "ice4j.Agent-executor-",
            "ice4j.StunStack-",
            "ice4j.StunClientTransaction-timer-",
            "ice4j.StunClientTransaction-executor-");

    private ProcessFootprint() {}

    /** Open descriptors; the one that lists them is among them each time. */
    public static int descriptors() {
        String[] open = new File("/proc/self/fd").list();
        return open == null ? -1 : open.length;
    }

    /** Live threads, other than those of ice4j's pools. */
    public static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .filter(thread -> ICE4J_POOLS.stream().noneMatch(thread.getName()::startsWith))
                .collect(Collectors.toSet());
    }

    public static Set<String> names(Set<Thread> threads) {
        return threads.stream().map(Thread::getName).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Bytes of heap that survive collection: the least of several, since other threads allocate meanwhile. */
    static long liveHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            least = Math.min(least, used);
        }
        return least;
    }
}
