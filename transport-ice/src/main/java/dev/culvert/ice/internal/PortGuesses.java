package dev.culvert.ice.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The order in which the ports of a symmetric NAT are tried: each once, at random, and first those near the ports it was
 * seen to use, if they lie together as where a carrier gives each of its customers a block. Pure logic; one thread.
 */
public final class PortGuesses {
    /** Ports that NATs use; the ones below are servers'. */
    static final int FIRST = 1_024;

    static final int LAST = 65_535;

    /** Carriers give blocks of up to so many ports (RFC 7422 has 1000 and 2000 in its examples). */
    static final int BLOCK = 2_048;

    /** With fewer, lying together may be chance: for three in a block of all ports it is one in 350. */
    static final int ENOUGH_SAMPLES = 3;

    private final int[] ports = new int[LAST - FIRST + 1];
    private final RandomGenerator random;
    private final int near;
    private int taken;

    /** @param samples ports that the NAT was seen to use */
    public PortGuesses(List<Integer> samples, RandomGenerator random) {
        this.random = random;
        int low = FIRST;
        int high = FIRST - 1;
        if (isClustered(samples)) {
            // The block reaches from somewhere below the lowest to somewhere above the highest.
            low = Math.max(FIRST, highest(samples) - BLOCK + 1);
            high = Math.min(LAST, lowest(samples) + BLOCK - 1);
        }
        int at = 0;
        for (int port = low; port <= high; port++) {
            ports[at++] = port;
        }
        near = at;
        for (int port = FIRST; port <= LAST; port++) {
            if (port < low || port > high) {
                ports[at++] = port;
            }
        }
    }

    /** Whether a NAT seems to use one small part of its ports. */
    public static boolean isClustered(List<Integer> samples) {
        return samples.size() >= ENOUGH_SAMPLES
                && highest(samples) - lowest(samples) < BLOCK
                && lowest(samples) >= FIRST;
    }

    private static int lowest(List<Integer> samples) {
        return samples.stream().mapToInt(Integer::intValue).min().orElse(FIRST);
    }

    private static int highest(List<Integer> samples) {
        return samples.stream().mapToInt(Integer::intValue).max().orElse(LAST);
    }

    /** The next ones, at most so many; fewer only when all have been taken. */
    public List<Integer> next(int count) {
        List<Integer> next = new ArrayList<>(count);
        while (next.size() < count && taken < ports.length) {
            int end = taken < near ? near : ports.length;
            int chosen = taken + random.nextInt(end - taken);
            int port = ports[chosen];
            ports[chosen] = ports[taken];
            ports[taken++] = port;
            next.add(port);
        }
        return next;
    }
}
