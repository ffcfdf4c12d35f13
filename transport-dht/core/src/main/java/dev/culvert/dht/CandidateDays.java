package dev.culvert.dht;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.LongStream;

/**
 * In which days' slots a peer's candidates are looked for: a peer writes into that of its own clock's day (UTC), so it is
 * today's as a rule, tomorrow's when its clock is ahead, and yesterday's when it published nothing since. Reads no clock;
 * stateless.
 */
final class CandidateDays {
    /** A clock set to the local time of the farthest zone is about as wrong as that. */
    static final Duration MOST_AHEAD = Duration.ofHours(12);

    /** A clock that is neither set by hand nor to local time is not as wrong as that. */
    private static final Duration OFTEN_AHEAD = Duration.ofHours(1);

    private CandidateDays() {}

    static long today(Instant now) {
        return LocalDate.ofInstant(now, ZoneOffset.UTC).toEpochDay();
    }

    /** Every day there may be something, the latest first. */
    static List<Long> all(Instant now) {
        long today = today(now);
        return List.of(today + 1, today, today - 1);
    }

    /**
     * The days that may hold a newer record than today's slot does, when that holds one. Numbers follow the publisher's clock, so
     * an earlier day need not be asked.
     */
    static List<Long> newer(Instant now) {
        long today = today(now);
        return today(now.plus(MOST_AHEAD)) > today ? List.of(today + 1) : List.of();
    }

    /** The days to ask when today's slot holds nothing. */
    static List<Long> others(Instant now) {
        long today = today(now);
        return List.of(today + 1, today - 1);
    }

    /**
     * The days to look at in one of many turns: all in the first, then today's in each and the others' in every fourth, or
     * in each where midnight is less than an hour away.
     *
     * @param turn counts from 0
     */
    static List<Long> inTurn(long turn, Instant now) {
        long today = today(now);
        boolean tomorrow = turn % 4 == 2 || today(now.plus(OFTEN_AHEAD)) > today;
        boolean yesterday = turn % 4 == 0 || today(now.minus(OFTEN_AHEAD)) < today;
        return turn == 0
                ? all(now)
                : LongStream.rangeClosed(yesterday ? today - 1 : today, tomorrow ? today + 1 : today)
                        .boxed()
                        .toList();
    }
}
