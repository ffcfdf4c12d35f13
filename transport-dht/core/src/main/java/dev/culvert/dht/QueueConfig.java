package dev.culvert.dht;

import java.time.Duration;

/**
 * The settings of a {@link MessageQueue}. Immutable; {@link #builder} gives the defaults, {@code build} checks.
 *
 * @param pollInterval how often senders and acknowledgements are looked for after something happened; 2 s by default
 * @param slowestPollInterval the longest interval, when nothing happens for long; 30 s by default
 * @param republishPeriod how often records are put again, at least twice in the engine's longest time; 30 min by default
 * @param messageLife after which a message is given up; 7 days by default, and at most
 * @param firstRetry the wait after a first failure, doubled with each more; 1 s by default
 * @param longestRetry the longest such wait; 5 min by default
 * @param lookAhead messages of one sender that are fetched at a time once one was found, 1 to 64; 8 by default
 * @param quietGetsPerSecond most gets that looking for messages of senders without traffic in the last minute takes, of all
 *     together, 1 to 10 000; 20 by default. With more senders than it holds their intervals grow beyond the slowest
 * @param quotaPerPeer most messages waiting for one receiver; 1000 by default
 * @param quotaTotal most messages waiting in all; 10 000 by default
 * @param quotaBytesPerPeer most bytes of messages waiting for one receiver; 64 MiB by default
 * @param quotaBytesTotal most bytes of messages waiting in all; 256 MiB by default
 * @param postQuantum whether messages are sealed so that a later quantum computer can not open them; off by default
 */
public record QueueConfig(
        Duration pollInterval,
        Duration slowestPollInterval,
        Duration republishPeriod,
        Duration messageLife,
        Duration firstRetry,
        Duration longestRetry,
        int lookAhead,
        int quietGetsPerSecond,
        int quotaPerPeer,
        int quotaTotal,
        long quotaBytesPerPeer,
        long quotaBytesTotal,
        PostQuantum postQuantum) {
    private static final int MAX_LOOK_AHEAD = 64;
    private static final int MAX_QUIET_GETS = 10_000;

    /** Checks every value. */
    public QueueConfig {
        requireOrder("poll interval", pollInterval, slowestPollInterval);
        requireOrder("retry wait", firstRetry, longestRetry);
        requireOrder("republish period", republishPeriod, SignedBody.MAX_LIFE);
        requireOrder("message life", messageLife, SignedBody.MAX_LIFE);
        requireRange("look-ahead", lookAhead, MAX_LOOK_AHEAD);
        requireRange("number of gets per second for quiet senders", quietGetsPerSecond, MAX_QUIET_GETS);
        requireRange("quota of one peer", quotaPerPeer, quotaTotal);
        requireRange("quota of one peer in bytes", quotaBytesPerPeer, quotaBytesTotal);
    }

    private static void requireOrder(String what, Duration value, Duration most) {
        if (value.isZero() || value.isNegative() || value.compareTo(most) > 0) {
            throw new IllegalArgumentException("The " + what + " is above 0 and at most " + most + ", not " + value);
        }
    }

    private static void requireRange(String what, long value, long most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException("The " + what + " is from 1 to " + most + ", not " + value);
        }
    }

    /** The defaults. */
    public static QueueConfig defaults() {
        return builder().build();
    }

    /** A builder that holds the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Makes a configuration. Not safe for several threads. */
    public static final class Builder {
        private Duration pollInterval = Duration.ofSeconds(2);
        private Duration slowestPollInterval = Duration.ofSeconds(30);
        private Duration republishPeriod = Duration.ofMinutes(30);
        private Duration messageLife = SignedBody.MAX_LIFE;
        private Duration firstRetry = Duration.ofSeconds(1);
        private Duration longestRetry = Duration.ofMinutes(5);
        private int lookAhead = 8;
        private int quietGetsPerSecond = PollBudget.DEFAULT_GETS_PER_SECOND;
        private int quotaPerPeer = 1000;
        private int quotaTotal = 10_000;
        private long quotaBytesPerPeer = 64L << 20;
        private long quotaBytesTotal = 256L << 20;
        private PostQuantum postQuantum = PostQuantum.OFF;

        private Builder() {}

        /** See {@link QueueConfig#pollInterval} and {@link QueueConfig#slowestPollInterval}. */
        public Builder pollInterval(Duration quickest, Duration slowest) {
            pollInterval = quickest;
            slowestPollInterval = slowest;
            return this;
        }

        /** See {@link QueueConfig#republishPeriod}. */
        public Builder republishPeriod(Duration period) {
            republishPeriod = period;
            return this;
        }

        /** See {@link QueueConfig#messageLife}. */
        public Builder messageLife(Duration life) {
            messageLife = life;
            return this;
        }

        /** See {@link QueueConfig#firstRetry} and {@link QueueConfig#longestRetry}. */
        public Builder retry(Duration first, Duration longest) {
            firstRetry = first;
            longestRetry = longest;
            return this;
        }

        /** See {@link QueueConfig#lookAhead}. */
        public Builder lookAhead(int messages) {
            lookAhead = messages;
            return this;
        }

        /** See {@link QueueConfig#quietGetsPerSecond}. */
        public Builder quietGetsPerSecond(int gets) {
            quietGetsPerSecond = gets;
            return this;
        }

        /** See {@link QueueConfig#quotaPerPeer} and {@link QueueConfig#quotaTotal}. */
        public Builder quota(int perPeer, int total) {
            quotaPerPeer = perPeer;
            quotaTotal = total;
            return this;
        }

        /** See {@link QueueConfig#quotaBytesPerPeer} and {@link QueueConfig#quotaBytesTotal}. */
        public Builder quotaBytes(long perPeer, long total) {
            quotaBytesPerPeer = perPeer;
            quotaBytesTotal = total;
            return this;
        }

        /** See {@link QueueConfig#postQuantum}. */
        public Builder postQuantum(PostQuantum choice) {
            postQuantum = choice;
            return this;
        }

        /**
         * The configuration.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public QueueConfig build() {
            return new QueueConfig(
                    pollInterval,
                    slowestPollInterval,
                    republishPeriod,
                    messageLife,
                    firstRetry,
                    longestRetry,
                    lookAhead,
                    quietGetsPerSecond,
                    quotaPerPeer,
                    quotaTotal,
                    quotaBytesPerPeer,
                    quotaBytesTotal,
                    postQuantum);
        }
    }
}
