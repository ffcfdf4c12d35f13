package dev.culvert.dht.tomp2p;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * How a {@link TomP2PDht} joins its network. Immutable; made by {@link #builder} or {@link #loopback}. There is no public
 * TomP2P network: the app names the members it knows.
 *
 * @param listen this node's IPv4 address, as others reach it, and its port for TCP and UDP, 0 for a free one. TomP2P tells
 *     this address to others, so it can not be a wildcard
 * @param bootstrapNodes members of the network, resolved; empty for the first one
 * @param requestTimeout after it, a get or put fails; positive
 * @param nodeTimeout how long one silent node is waited for; 100 ms to 60 s
 * @param bootstrapTimeout after it, bootstrap fails; positive
 * @param storageBytes what this node stores for the network at most, in bytes of memory; not negative
 */
public record TomP2PConfig(
        InetSocketAddress listen,
        List<InetSocketAddress> bootstrapNodes,
        Duration requestTimeout,
        Duration nodeTimeout,
        Duration bootstrapTimeout,
        long storageBytes) {
    private static final Duration SHORTEST_NODE_TIMEOUT = Duration.ofMillis(100);
    private static final Duration LONGEST_NODE_TIMEOUT = Duration.ofSeconds(60);

    /** Checks and copies everything. */
    public TomP2PConfig {
        bootstrapNodes = List.copyOf(bootstrapNodes);
        if (!(listen.getAddress() instanceof Inet4Address)
                || listen.getAddress().isAnyLocalAddress()) {
            throw new IllegalArgumentException(
                    "A TomP2P node listens on one IPv4 address that others can reach, not on " + listen);
        }
        for (InetSocketAddress node : bootstrapNodes) {
            if (!(node.getAddress() instanceof Inet4Address) || node.getPort() == 0) {
                throw new IllegalArgumentException(
                        "Not a usable bootstrap node: " + node + " (a resolved IPv4 address with a port is)");
            }
        }
        requirePositive("requestTimeout", requestTimeout);
        requirePositive("bootstrapTimeout", bootstrapTimeout);
        if (nodeTimeout.compareTo(SHORTEST_NODE_TIMEOUT) < 0 || nodeTimeout.compareTo(LONGEST_NODE_TIMEOUT) > 0) {
            throw new IllegalArgumentException("nodeTimeout is 100 ms to 60 s, not " + nodeTimeout);
        }
        if (storageBytes < 0) {
            throw new IllegalArgumentException("storageBytes is negative: " + storageBytes);
        }
    }

    /**
     * A network of one's own on 127.0.0.1.
     *
     * @param bootstrapNodes members of it; empty for the first one
     */
    public static TomP2PConfig loopback(List<InetSocketAddress> bootstrapNodes) {
        return builder(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), bootstrapNodes)
                .build();
    }

    /**
     * A network to be completed.
     *
     * @param listen see {@link TomP2PConfig#listen()}
     * @param bootstrapNodes see {@link TomP2PConfig#bootstrapNodes()}
     */
    public static Builder builder(InetSocketAddress listen, List<InetSocketAddress> bootstrapNodes) {
        return new Builder(listen, bootstrapNodes);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive, not " + value);
        }
    }

    /** Collects the settings. */
    public static final class Builder {
        private final InetSocketAddress listen;
        private final List<InetSocketAddress> bootstrapNodes;
        private Duration requestTimeout = Duration.ofSeconds(30);
        private Duration nodeTimeout = Duration.ofSeconds(2);
        private Duration bootstrapTimeout = Duration.ofSeconds(30);
        private long storageBytes = 64L << 20;

        private Builder(InetSocketAddress listen, List<InetSocketAddress> bootstrapNodes) {
            this.listen = listen;
            this.bootstrapNodes = bootstrapNodes;
        }

        /** See {@link TomP2PConfig#requestTimeout()}; 30 s by default. */
        public Builder requestTimeout(Duration value) {
            this.requestTimeout = value;
            return this;
        }

        /** See {@link TomP2PConfig#nodeTimeout()}; 2 s by default. */
        public Builder nodeTimeout(Duration value) {
            this.nodeTimeout = value;
            return this;
        }

        /** See {@link TomP2PConfig#bootstrapTimeout()}; 30 s by default. */
        public Builder bootstrapTimeout(Duration value) {
            this.bootstrapTimeout = value;
            return this;
        }

        /** See {@link TomP2PConfig#storageBytes()}; 64 MiB by default. */
        public Builder storageBytes(long value) {
            this.storageBytes = value;
            return this;
        }

        /** The settings, checked. */
        public TomP2PConfig build() {
            return new TomP2PConfig(
                    listen, bootstrapNodes, requestTimeout, nodeTimeout, bootstrapTimeout, storageBytes);
        }
    }
}
