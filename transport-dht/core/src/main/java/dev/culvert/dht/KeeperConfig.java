package dev.culvert.dht;

import java.time.Duration;

/**
 * The settings of a {@link Keeper}. Immutable; {@link #builder} gives the defaults, {@code build} checks.
 *
 * @param republishPeriod how often a record is put again, at least twice in the engine's longest time; 30 min by default
 * @param recordsPerSender most records of one sender; 1000 by default
 * @param recordsTotal most records in all; 10 000 by default, which at the default period is six puts a second
 * @param bytesPerSender most bytes of one sender's records; 64 MiB by default
 * @param bytesTotal most bytes of all records; 1 GiB by default
 * @param requestsPerMinute most requests of one sender in a minute, all at once or spread; 1200 by default
 */
public record KeeperConfig(
        Duration republishPeriod,
        int recordsPerSender,
        int recordsTotal,
        long bytesPerSender,
        long bytesTotal,
        int requestsPerMinute) {
    private static final int MOST = 1_000_000;

    /** Checks every value. */
    public KeeperConfig {
        if (republishPeriod.isZero()
                || republishPeriod.isNegative()
                || republishPeriod.compareTo(SignedBody.MAX_LIFE) > 0) {
            throw new IllegalArgumentException(
                    "The republish period is above 0 and at most " + SignedBody.MAX_LIFE + ", not " + republishPeriod);
        }
        requireRange("records in all", recordsTotal, MOST);
        requireRange("records of one sender", recordsPerSender, recordsTotal);
        requireRange("bytes of one sender", bytesPerSender, bytesTotal);
        requireRange("requests in a minute", requestsPerMinute, MOST);
    }

    private static void requireRange(String what, long value, long most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException("The number of " + what + " is from 1 to " + most + ", not " + value);
        }
    }

    /** The defaults. */
    public static KeeperConfig defaults() {
        return builder().build();
    }

    /** A builder that holds the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Makes a configuration. Not safe for several threads. */
    public static final class Builder {
        private Duration republishPeriod = Duration.ofMinutes(30);
        private int recordsPerSender = 1_000;
        private int recordsTotal = 10_000;
        private long bytesPerSender = 64L << 20;
        private long bytesTotal = 1L << 30;
        private int requestsPerMinute = 1_200;

        private Builder() {}

        /** See {@link KeeperConfig#republishPeriod}. */
        public Builder republishPeriod(Duration period) {
            republishPeriod = period;
            return this;
        }

        /** See {@link KeeperConfig#recordsPerSender} and {@link KeeperConfig#recordsTotal}. */
        public Builder records(int perSender, int total) {
            recordsPerSender = perSender;
            recordsTotal = total;
            return this;
        }

        /** See {@link KeeperConfig#bytesPerSender} and {@link KeeperConfig#bytesTotal}. */
        public Builder bytes(long perSender, long total) {
            bytesPerSender = perSender;
            bytesTotal = total;
            return this;
        }

        /** See {@link KeeperConfig#requestsPerMinute}. */
        public Builder requestsPerMinute(int requests) {
            requestsPerMinute = requests;
            return this;
        }

        /**
         * The configuration.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public KeeperConfig build() {
            return new KeeperConfig(
                    republishPeriod, recordsPerSender, recordsTotal, bytesPerSender, bytesTotal, requestsPerMinute);
        }
    }
}
