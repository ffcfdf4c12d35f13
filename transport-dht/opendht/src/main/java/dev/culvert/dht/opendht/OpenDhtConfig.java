package dev.culvert.dht.opendht;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;

/**
 * Which proxy an {@link OpenDht} uses, and how long it waits. Immutable; made by {@link #builder}.
 *
 * @param proxy the REST proxy of an OpenDHT node, {@code http} or {@code https} with a host; a path before the proxy's
 *     own is kept, queries, fragments and passwords are not taken
 * @param connectTimeout after it, a connection to the proxy is given up; positive
 * @param getTimeout after it, a get returns what was found so far, or fails if that is nothing; positive
 * @param putTimeout after it, a put fails; positive
 * @param bootstrapTimeout after it, bootstrap fails; positive
 * @param streamLife after it, the stream of a subscription is opened anew, so that one whose proxy went away without a
 *     word does not stay silent for ever; positive
 * @param maxStreams subscriptions that have a stream, and so a TCP connection, at the same time; further ones poll; 0 to
 *     4096, with 0 all poll
 */
public record OpenDhtConfig(
        URI proxy,
        Duration connectTimeout,
        Duration getTimeout,
        Duration putTimeout,
        Duration bootstrapTimeout,
        Duration streamLife,
        int maxStreams) {
    private static final int MOST_STREAMS = 4096;

    /** Checks everything. */
    public OpenDhtConfig {
        String scheme = String.valueOf(proxy.getScheme()).toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https")) || proxy.getHost() == null) {
            throw new IllegalArgumentException("Not the address of a proxy: " + proxy.getScheme() + "://"
                    + proxy.getHost() + "; give one such as https://dht.example.org");
        }
        if (proxy.getRawQuery() != null || proxy.getRawFragment() != null || proxy.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "The address of a proxy has no query, fragment or password: " + proxy.getHost());
        }
        requirePositive("connectTimeout", connectTimeout);
        requirePositive("getTimeout", getTimeout);
        requirePositive("putTimeout", putTimeout);
        requirePositive("bootstrapTimeout", bootstrapTimeout);
        requirePositive("streamLife", streamLife);
        if (maxStreams < 0 || maxStreams > MOST_STREAMS) {
            throw new IllegalArgumentException("maxStreams is 0 to " + MOST_STREAMS + ", not " + maxStreams);
        }
    }

    /** Settings for this proxy, all others as they suit most networks. */
    public static Builder builder(URI proxy) {
        return new Builder(proxy);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive, not " + value);
        }
    }

    /** The address of one of the proxy's resources. */
    URI resource(String path) {
        String base = proxy.toString();
        return URI.create((base.endsWith("/") ? base : base + "/") + path);
    }

    /** Collects the settings. */
    public static final class Builder {
        private final URI proxy;
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration getTimeout = Duration.ofSeconds(20);
        private Duration putTimeout = Duration.ofSeconds(30);
        private Duration bootstrapTimeout = Duration.ofSeconds(30);
        private Duration streamLife = Duration.ofMinutes(10);
        private int maxStreams = 64;

        private Builder(URI proxy) {
            this.proxy = proxy;
        }

        /** See {@link OpenDhtConfig#connectTimeout()}; 10 s by default. */
        public Builder connectTimeout(Duration value) {
            this.connectTimeout = value;
            return this;
        }

        /** See {@link OpenDhtConfig#getTimeout()}; 20 s by default. */
        public Builder getTimeout(Duration value) {
            this.getTimeout = value;
            return this;
        }

        /** See {@link OpenDhtConfig#putTimeout()}; 30 s by default. */
        public Builder putTimeout(Duration value) {
            this.putTimeout = value;
            return this;
        }

        /** See {@link OpenDhtConfig#bootstrapTimeout()}; 30 s by default. */
        public Builder bootstrapTimeout(Duration value) {
            this.bootstrapTimeout = value;
            return this;
        }

        /** See {@link OpenDhtConfig#streamLife()}; 10 min by default. */
        public Builder streamLife(Duration value) {
            this.streamLife = value;
            return this;
        }

        /** See {@link OpenDhtConfig#maxStreams()}; 64 by default. */
        public Builder maxStreams(int value) {
            this.maxStreams = value;
            return this;
        }

        /**
         * The finished settings.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public OpenDhtConfig build() {
            return new OpenDhtConfig(
                    proxy, connectTimeout, getTimeout, putTimeout, bootstrapTimeout, streamLife, maxStreams);
        }
    }
}
