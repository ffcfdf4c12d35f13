package dev.culvert.dht.mainline;

import dev.culvert.transport.TransportException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A small DHT of its own, on 127.0.0.1 as a rule, for tests and demonstrations: real nodes, real UDP, nobody else. Every node knows
 * the others when {@link #start} returns; more processes join by {@link MainlineConfig#loopback} with
 * {@link #bootstrapAddresses}. Nodes live until {@link #close}, which ends them side by side.
 */
public final class LoopbackSwarm implements AutoCloseable {
    /** More neighbours than this are not waited for; it is also the number of nodes that store one value. */
    private static final int ENOUGH_NEIGHBOURS = 8;

    private static final Duration START_LIMIT = Duration.ofSeconds(20);

    private final List<MainlineDht> nodes;

    private LoopbackSwarm(List<MainlineDht> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    /**
     * Starts a swarm and waits until it can be used.
     *
     * @param size how many nodes, 2 to 64
     * @throws TransportException if the nodes do not find each other within 20 s
     */
    public static LoopbackSwarm start(int size) {
        return start(size, "127.0.0.1");
    }

    /**
     * The same on another address of this host, for a network that is closed in another way, such as a laboratory's.
     *
     * @param size how many nodes, 2 to 64
     * @param address a literal address, in brackets for IPv6
     * @throws TransportException if the nodes do not find each other within 20 s
     */
    public static LoopbackSwarm start(int size, String address) {
        if (size < 2 || size > 64) {
            throw new IllegalArgumentException("A swarm has 2 to 64 nodes, not " + size);
        }
        List<MainlineDht> nodes = new ArrayList<>();
        try {
            List<InetSocketAddress> known = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                MainlineDht node = MainlineDht.open(
                        MainlineConfig.closed(address + ":0", known).build());
                nodes.add(node);
                known.add(node.localAddress());
            }
            introduceAll(nodes, known);
            awaitAll(nodes);
            return new LoopbackSwarm(nodes);
        } catch (RuntimeException | Error e) {
            closeAll(nodes);
            throw e;
        }
    }

    /** Left alone, the first nodes would learn of the last ones only by and by. */
    private static void introduceAll(List<MainlineDht> nodes, List<InetSocketAddress> addresses) {
        for (MainlineDht node : nodes) {
            addresses.stream()
                    .filter(address -> !address.equals(node.localAddress()))
                    .forEach(node::addNode);
        }
    }

    private static void awaitAll(List<MainlineDht> nodes) {
        int neighbours = Math.min(nodes.size() - 1, ENOUGH_NEIGHBOURS);
        String onTimeout = "The nodes of a loopback swarm did not find each other within " + START_LIMIT
                + "; check that UDP on their address is let through";
        try {
            CompletableFuture.allOf(nodes.stream()
                            .map(node -> node.awaitNodes(neighbours, START_LIMIT, () -> onTimeout))
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof TransportException cause ? cause : e;
        }
    }

    /** How many nodes there are. */
    public int size() {
        return nodes.size();
    }

    /** One node; may be closed alone, as a node that died. */
    public MainlineDht node(int index) {
        return nodes.get(index);
    }

    /** The addresses of all nodes, for those who want to join. */
    public List<InetSocketAddress> bootstrapAddresses() {
        return nodes.stream().map(MainlineDht::localAddress).toList();
    }

    @Override
    public void close() {
        closeAll(nodes);
    }

    private static void closeAll(List<MainlineDht> nodes) {
        nodes.forEach(MainlineDht::beginClose);
        nodes.forEach(MainlineDht::awaitClosed);
    }
}
