package dev.culvert.dht;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

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
        return Stream.concat(likely(now).stream(), unlikely(now).stream()).toList();
    }

    /**
     * The days that hold the newest record if they hold any. Numbers follow the publisher's clock, so a later day's
     * record is always newer, and an earlier day need not be asked.
     */
    static List<Long> likely(Instant now) {
        long today = today(now);
        return today(now.plus(MOST_AHEAD)) > today ? List.of(today + 1, today) : List.of(today);
    }

    /** The others, to be asked when the likely ones hold nothing. */
    static List<Long> unlikely(Instant now) {
        long today = today(now);
        return likely(now).size() > 1 ? List.of(today - 1) : List.of(today + 1, today - 1);
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
