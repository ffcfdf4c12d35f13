package dev.culvert.bench;

import java.time.Duration;
import java.util.List;

/**
 * How much is measured.
 *
 * @param rounds pairs of JMH forks, ours and the baseline's in turn
 * @param warmup of each fork
 * @param iterations of each fork
 * @param iteration length of each
 * @param warmCycles connections before the measured ones, of each kind
 * @param cycles measured connections of each kind
 * @param coldRuns JVMs of each kind
 * @param coldVariants whether those are measured cold, too, that have no limit
 * @param contexts sizes of the scale runs; the limits hold for the last
 * @param storms pairs of connect storms, with and without the STUN thread
 * @param idle how long connected contexts are watched
 * @param soakMessages each way
 * @param soak over which they are spread
 * @param udp of the native core
 * @param dht of records in a DHT
 * @param sessions of messages between connected peers
 */
record Plan(
        int rounds,
        Duration warmup,
        int iterations,
        Duration iteration,
        int warmCycles,
        int cycles,
        int coldRuns,
        boolean coldVariants,
        List<Integer> contexts,
        int storms,
        Duration idle,
        int soakMessages,
        Duration soak,
        Udp udp,
        Dht dht,
        Sessions sessions) {
    /**
     * How much of the native core is measured.
     *
     * @param rounds in each of which every kind has its turn
     * @param warmup before each measurement
     * @param window length of each measurement
     * @param bulkVariants whether bulk is measured, too, where it has no limit
     * @param cycles sockets opened and closed
     * @param random how long sockets are used at random
     */
    record Udp(int rounds, Duration warmup, Duration window, boolean bulkVariants, int cycles, Duration random) {}

    /**
     * How many records are published and looked up.
     *
     * @param firstWarm pairs of rounds on the first engine, a raw one and one of ours, before the measured ones: until the JVM has
     *     compiled what they run
     * @param warm the same on each further engine
     * @param memory measured pairs on the memory engine
     * @param mainline on a loopback swarm
     * @param opendht on a ring of dhtnodes
     * @param opened records that are opened, after half as many to warm up
     */
    record Dht(int firstWarm, int warm, int memory, int mainline, int opendht, int opened) {}

    /**
     * How many messages go through sessions, and how many sessions are made.
     *
     * @param warmup of each library, with messages as they are measured then
     * @param rounds in each of which each library has its turn
     * @param messages of 64 KiB in a round
     * @param small ones, of 1 KiB, in a round
     * @param large ones, of 16 MiB, in a round
     * @param roundTrips of one message after the other, with and without a pause, each after half as many to warm up
     * @param warmConnections before the measured ones
     * @param connections measured
     * @param idle connections held at once
     */
    record Sessions(
            Duration warmup,
            int rounds,
            int messages,
            int small,
            int large,
            int roundTrips,
            int warmConnections,
            int connections,
            int idle) {}

    /** What the limits are meant for; about an hour. */
    static final Plan FULL = new Plan(
            5,
            Duration.ofSeconds(2),
            3,
            Duration.ofSeconds(1),
            200,
            1_000,
            7,
            true,
            List.of(10, 100, 1_000),
            3,
            Duration.ofSeconds(10),
            10_000,
            Duration.ofMinutes(10),
            new Udp(5, Duration.ofSeconds(1), Duration.ofSeconds(2), true, 100_000, Duration.ofMinutes(10)),
            new Dht(12_000, 500, 5_000, 5_000, 4_000, 4_000),
            new Sessions(Duration.ofSeconds(15), 7, 2_000, 20_000, 16, 1_000, 50, 200, 200));

    /** Shows in about a minute that everything runs; its figures are rough. */
    static final Plan QUICK = new Plan(
            1,
            Duration.ofMillis(500),
            1,
            Duration.ofMillis(500),
            20,
            60,
            2,
            false,
            List.of(100),
            1,
            Duration.ofSeconds(4),
            500,
            Duration.ofSeconds(5),
            new Udp(1, Duration.ofMillis(400), Duration.ofMillis(200), false, 5_000, Duration.ofSeconds(5)),
            new Dht(20, 20, 100, 50, 30, 500),
            new Sessions(Duration.ofSeconds(1), 3, 300, 3_000, 4, 200, 10, 20, 20));

    Plan withSoak(int messages, Duration duration) {
        return new Plan(
                rounds,
                warmup,
                iterations,
                iteration,
                warmCycles,
                cycles,
                coldRuns,
                coldVariants,
                contexts,
                storms,
                idle,
                messages,
                duration,
                udp,
                dht,
                sessions);
    }

    Plan withRandomSockets(Duration duration) {
        return new Plan(
                rounds,
                warmup,
                iterations,
                iteration,
                warmCycles,
                cycles,
                coldRuns,
                coldVariants,
                contexts,
                storms,
                idle,
                soakMessages,
                soak,
                new Udp(udp.rounds(), udp.warmup(), udp.window(), udp.bulkVariants(), udp.cycles(), duration),
                dht,
                sessions);
    }
}
