package dev.culvert.ice;

import dev.culvert.ice.internal.Unicast;
import java.net.InetAddress;
import java.util.List;

/**
 * How an {@link IceEndpoint} is set up. Immutable; made by {@link #builder()} and checked once in
 * {@link Builder#build()}.
 *
 * @param localAddresses the addresses to bind; empty for every usable address of the host
 * @param includeLoopback whether loopback addresses count as usable when {@code localAddresses} is empty
 * @param port UDP port to bind on each address; 0 lets the kernel choose
 * @param stunServers asked for our reflexive addresses; empty for none
 * @param turnServers relay for us where nothing else works; empty for none
 * @param relayOnly whether a peer may learn nothing but a relay's address
 * @param routerPorts whether the router is asked to open ports
 * @param birthdayPorts whether ports of a peer's symmetric NAT may be guessed
 * @param socketBufferBytes wanted size of each kernel socket buffer; 0 leaves the kernel's default
 * @param maxContexts most contexts open at once
 */
public record IceConfig(
        List<InetAddress> localAddresses,
        boolean includeLoopback,
        int port,
        List<StunServer> stunServers,
        List<TurnServer> turnServers,
        boolean relayOnly,
        boolean routerPorts,
        boolean birthdayPorts,
        int socketBufferBytes,
        int maxContexts) {
    /** A builder with the defaults: every usable address, no loopback, any port, no STUN server, 4096 contexts. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings; not thread-safe. */
    public static final class Builder {
        private List<InetAddress> localAddresses = List.of();
        private boolean includeLoopback;
        private int port;
        private List<StunServer> stunServers = List.of();
        private List<TurnServer> turnServers = List.of();
        private boolean relayOnly;
        private boolean routerPorts;
        private boolean birthdayPorts = true;
        private int socketBufferBytes = 1 << 20;
        private int maxContexts = 4096;

        private Builder() {}

        /** Binds these addresses and no others. */
        public Builder localAddresses(List<InetAddress> addresses) {
            localAddresses = List.copyOf(addresses);
            return this;
        }

        /** Offers 127.0.0.1 and ::1 too, for peers on the same machine. Off by default. */
        public Builder includeLoopback(boolean include) {
            includeLoopback = include;
            return this;
        }

        /** UDP port for every address, 0 to 65535; 0, the default, lets the kernel choose. */
        public Builder port(int udpPort) {
            port = udpPort;
            return this;
        }

        /** Servers to ask for reflexive addresses, all at once; at most 8. */
        public Builder stunServers(List<StunServer> servers) {
            stunServers = List.copyOf(servers);
            return this;
        }

        /**
         * Servers that relay where nothing else works, tried together; at most 8. Each context has a relay of its own from
         * {@link IceContext#gather} until a direct path is settled on.
         */
        public Builder turnServers(List<TurnServer> servers) {
            turnServers = List.copyOf(servers);
            return this;
        }

        /**
         * Lets a peer learn nothing but a relay's address: no socket is bound but those towards TURN servers, which get
         * every packet, and no STUN server is asked. Off by default; wants {@link #turnServers}.
         */
        public Builder relayOnly(boolean only) {
            relayOnly = only;
            return this;
        }

        /**
         * Asks the router to open a port for each socket (PCP, NAT-PMP or UPnP), which it is asked to close again with the
         * endpoint. Off by default: not every user wants a program to open ports.
         */
        public Builder routerPorts(boolean ask) {
            routerPorts = ask;
            return this;
        }

        /**
         * Where one side's NAT is symmetric and nothing else works, lets one side open up to 256 ports and the other try up to
         * 2048, for some seconds: one run at a time, one for each peer's address in ten minutes, twenty an hour. On by
         * default, both sides must have it; off with {@link #relayOnly}. Wants a STUN server at two addresses.
         */
        public Builder birthdayPorts(boolean guess) {
            birthdayPorts = guess;
            return this;
        }

        /** Wanted bytes of each kernel socket buffer; 1 MiB by default, 0 for the kernel's own. */
        public Builder socketBufferBytes(int bytes) {
            socketBufferBytes = bytes;
            return this;
        }

        /** Most contexts at once, 1 to 65536; 4096 by default. */
        public Builder maxContexts(int contexts) {
            maxContexts = contexts;
            return this;
        }

        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException naming the setting that is out of range
         */
        public IceConfig build() {
            require(port >= 0 && port <= 65_535, "port is 0 to 65535, not " + port);
            for (InetAddress address : localAddresses) {
                require(
                        Unicast.isUnicast(address),
                        "localAddresses takes addresses of this host, not "
                                + address.getHostAddress()
                                + "; leave it empty for all of them");
            }
            require(stunServers.size() <= 8, "stunServers takes at most 8");
            require(turnServers.size() <= 8, "turnServers takes at most 8");
            require(!relayOnly || !turnServers.isEmpty(), "relayOnly wants at least one of turnServers");
            require(!relayOnly || !routerPorts, "relayOnly opens no port at a router: leave routerPorts out");
            require(socketBufferBytes >= 0, "socketBufferBytes is not negative");
            require(maxContexts >= 1 && maxContexts <= 65_536, "maxContexts is 1 to 65536, not " + maxContexts);
            return new IceConfig(
                    localAddresses,
                    includeLoopback,
                    port,
                    stunServers,
                    turnServers,
                    relayOnly,
                    routerPorts,
                    birthdayPorts && !relayOnly,
                    socketBufferBytes,
                    maxContexts);
        }

        private static void require(boolean holds, String message) {
            if (!holds) {
                throw new IllegalArgumentException(message);
            }
        }
    }
}
