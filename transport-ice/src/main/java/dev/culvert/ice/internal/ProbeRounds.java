package dev.culvert.ice.internal;

import java.time.Duration;

/**
 * When a direct path is looked for behind a relayed one: soon, then ever less often. Each side sends in its own time: what
 * it sends opens its NAT for the other's next round, which comes before routers forget it. Pure logic; one thread.
 */
public final class ProbeRounds {
    static final Duration FIRST = Duration.ofMillis(500);

    /** Routers keep a UDP mapping that was not answered for 30 s and more. */
    static final Duration LONGEST = Duration.ofSeconds(15);

    /** After so many, five minutes, a direct path is unlikely, and the peer's addresses may be anybody's. */
    static final int OFTEN = 24;

    static final Duration SELDOM = Duration.ofMinutes(1);

    private Duration next = FIRST;
    private int rounds;

    /** How long until the next round; asked once before each. */
    public Duration untilNext() {
        rounds++;
        if (rounds > OFTEN) {
            return SELDOM;
        }
        Duration wait = next;
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
        return wait;
    }

    /** Something has changed: soon again. */
    public void restart() {
        next = FIRST;
        rounds = 0;
    }
}
