package dev.culvert.dht.tomp2p;

import dev.culvert.dht.EngineThread;
import dev.culvert.dht.PendingFutures;
import dev.culvert.transport.TransportException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * How a node finds the others and finds them again: while it knows none it asks its bootstrap nodes, every second at
 * first, then every half minute. On the engine's thread.
 */
final class Joining {
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration LATER = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final int SOON_TIMES = 60;

    private final Node node;
    private final TomP2PConfig config;
    private final EngineThread thread;
    private final PendingFutures pending;
    private int asked;

    Joining(Node node, TomP2PConfig config, EngineThread thread, PendingFutures pending) {
        this.node = node;
        this.config = config;
        this.thread = thread;
        this.pending = pending;
    }

    void start() {
        thread.execute(this::ask);
    }

    private void ask() {
        if (node.neighbours() > 0) {
            asked = SOON_TIMES;
        } else {
            asked++;
            config.bootstrapNodes().forEach(node::ask);
        }
        Object unused = thread.schedule(this::ask, asked < SOON_TIMES ? SOON : LATER);
    }

    /** Completes once another node is known, and fails after the config's time-out. */
    CompletableFuture<Void> awaitNeighbour() {
        CompletableFuture<Void> found = pending.create();
        long end = System.nanoTime() + config.bootstrapTimeout().toNanos();
        if (!thread.execute(() -> look(found, end))) {
            pending.close();
        }
        return found;
    }

    private void look(CompletableFuture<Void> found, long end) {
        if (node.neighbours() > 0) {
            found.complete(null);
        } else if (System.nanoTime() - end >= 0) {
            found.completeExceptionally(new TransportException("No node of the TomP2P network answered within "
                    + config.bootstrapTimeout() + "; tried " + config.bootstrapNodes()
                    + ". Check that TCP and UDP are let through, or give members that can be reached."));
        } else {
            Object unused = thread.schedule(() -> look(found, end), LOOK);
        }
    }
}
