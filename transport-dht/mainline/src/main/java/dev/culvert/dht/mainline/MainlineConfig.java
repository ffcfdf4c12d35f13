package dev.culvert.dht.mainline;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * How a {@link MainlineDht} joins the network. Immutable; made by {@link #builder()} or {@link #loopback}. Port mapping
 * (UPnP, NAT-PMP) and local discovery of the BitTorrent engine are always off.
 *
 * @param listenInterfaces where to listen, {@code address:port} with the address in brackets for IPv6 and port 0 for a
 *     free one; at least one
 * @param bootstrapNodes who is asked first; may be unresolved. Empty for the first node of a network of one's own
 * @param loopback true on a private or loopback network: lifts the rules by which nodes of the public network refuse
 *     many neighbours with one address, and takes {@code bootstrapNodes} as full members, which therefore must be IP
 *     addresses
 * @param getTimeout after it, a get returns the newest value seen so far, or none; counted from when it is its turn
 *     among all that are asked for; positive
 * @param settleTime how long after the first value a get waits for a newer one when some nodes stay silent; silent
 *     nodes otherwise hold it for 15 s. Zero takes the first value
 * @param putTimeout after it, a put fails; counted from when the earlier puts of the same slot are over; positive.
 *     libtorrent waits 15 s for each silent node before it stores
 * @param bootstrapTimeout after it, bootstrap fails; positive
 */
public record MainlineConfig(
        List<String> listenInterfaces,
        List<InetSocketAddress> bootstrapNodes,
        boolean loopback,
        Duration getTimeout,
        Duration settleTime,
        Duration putTimeout,
        Duration bootstrapTimeout) {

    /** Nodes run for this purpose by BitTorrent projects; the list that their own clients use. */
    private static final List<InetSocketAddress> PUBLIC_NODES = List.of(
            InetSocketAddress.createUnresolved("dht.libtorrent.org", 25401),
            InetSocketAddress.createUnresolved("router.bittorrent.com", 6881),
            InetSocketAddress.createUnresolved("dht.transmissionbt.com", 6881),
            InetSocketAddress.createUnresolved("router.utorrent.com", 6881));

    /** Checks and copies everything. */
    public MainlineConfig {
        listenInterfaces = List.copyOf(listenInterfaces);
        bootstrapNodes = List.copyOf(bootstrapNodes);
        if (listenInterfaces.isEmpty()) {
            throw new IllegalArgumentException("A DHT node needs an interface to listen on, such as 0.0.0.0:0");
        }
        for (String listen : listenInterfaces) {
            requireAddressAndPort(listen);
        }
        for (InetSocketAddress node : bootstrapNodes) {
            if (node.getPort() == 0 || (loopback && node.isUnresolved())) {
                throw new IllegalArgumentException("Not a usable bootstrap node: " + node
                        + (loopback ? " (a loopback network takes IP addresses with a port)" : " (port 0)"));
            }
        }
        requirePositive("getTimeout", getTimeout);
        requirePositive("putTimeout", putTimeout);
        requirePositive("bootstrapTimeout", bootstrapTimeout);
        if (settleTime.isNegative()) {
            throw new IllegalArgumentException("settleTime is negative: " + settleTime);
        }
    }

    /** The public network, on all interfaces and a free port. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A network of one's own on 127.0.0.1.
     *
     * @param bootstrapAddresses members of it; empty for the first one
     */
    public static MainlineConfig loopback(List<InetSocketAddress> bootstrapAddresses) {
        return closed("127.0.0.1:0", bootstrapAddresses).build();
    }

    /**
     * A network of one's own that nobody else can reach, to be completed.
     *
     * @param listenInterface this node's address in it and its port, 0 for a free one
     * @param bootstrapAddresses members of it; empty for the first one
     */
    public static Builder closed(String listenInterface, List<InetSocketAddress> bootstrapAddresses) {
        return builder()
                .loopback(true)
                .settleTime(Duration.ofMillis(500))
                .listenInterfaces(List.of(listenInterface))
                .bootstrapNodes(bootstrapAddresses);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive, not " + value);
        }
    }

    private static void requireAddressAndPort(String listen) {
        int colon = listen.lastIndexOf(':');
        // The engine takes a comma-separated list with suffix letters of its own; neither may come in unseen.
        if (colon < 1 || listen.indexOf(',') >= 0 || !isPort(listen.substring(colon + 1))) {
            throw new IllegalArgumentException("Not an address and port to listen on: " + listen);
        }
    }

    private static boolean isPort(String text) {
        return text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= 65535;
    }

    /** Collects the settings; every one has a default that suits the public network. */
    public static final class Builder {
        private List<String> listenInterfaces = List.of("0.0.0.0:0", "[::]:0");
        private List<InetSocketAddress> bootstrapNodes = PUBLIC_NODES;
        private boolean loopback;
        private Duration getTimeout = Duration.ofSeconds(30);
        private Duration settleTime = Duration.ofSeconds(2);
        private Duration putTimeout = Duration.ofSeconds(60);
        private Duration bootstrapTimeout = Duration.ofSeconds(30);

        private Builder() {}

        /** See {@link MainlineConfig#listenInterfaces()}; all interfaces and a free port by default. */
        public Builder listenInterfaces(List<String> value) {
            this.listenInterfaces = value;
            return this;
        }

        /** See {@link MainlineConfig#bootstrapNodes()}; the well-known public ones by default. */
        public Builder bootstrapNodes(List<InetSocketAddress> value) {
            this.bootstrapNodes = value;
            return this;
        }

        /** See {@link MainlineConfig#loopback()}; false by default. */
        public Builder loopback(boolean value) {
            this.loopback = value;
            return this;
        }

        /** See {@link MainlineConfig#getTimeout()}; 30 s by default. */
        public Builder getTimeout(Duration value) {
            this.getTimeout = value;
            return this;
        }

        /** See {@link MainlineConfig#settleTime()}; 2 s by default. */
        public Builder settleTime(Duration value) {
            this.settleTime = value;
            return this;
        }

        /** See {@link MainlineConfig#putTimeout()}; 60 s by default. */
        public Builder putTimeout(Duration value) {
            this.putTimeout = value;
            return this;
        }

        /** See {@link MainlineConfig#bootstrapTimeout()}; 30 s by default. */
        public Builder bootstrapTimeout(Duration value) {
            this.bootstrapTimeout = value;
            return this;
        }

        /**
         * The finished settings.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public MainlineConfig build() {
            return new MainlineConfig(
                    listenInterfaces, bootstrapNodes, loopback, getTimeout, settleTime, putTimeout, bootstrapTimeout);
        }
    }
}
