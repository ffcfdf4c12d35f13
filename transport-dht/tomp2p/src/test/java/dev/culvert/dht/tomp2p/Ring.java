package dev.culvert.dht.tomp2p;

import dev.culvert.dht.Eventually;
import dev.culvert.dht.RandomSlots;
import dev.culvert.dht.WritableSlot;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** Nodes of one network on loopback that know each other. */
final class Ring implements AutoCloseable {
    static final Duration TTL = Duration.ofMinutes(10);

    private final List<TomP2PDht> nodes = new ArrayList<>();

    private Ring() {}

    static Ring start(int size) {
        Ring ring = new Ring();
        try {
            for (int i = 0; i < size; i++) {
                TomP2PDht node = TomP2PDht.open(config(ring.addresses()).build());
                ring.nodes.add(node);
                if (i > 0) {
                    done(node.bootstrap());
                }
            }
            // Left alone, the first nodes would learn of the last ones only by and by.
            for (TomP2PDht node : ring.nodes) {
                ring.addresses().stream()
                        .filter(address -> !address.equals(node.localAddress()))
                        .forEach(node::introduce);
            }
            for (TomP2PDht node : ring.nodes) {
                eventually("all neighbours", () -> node.neighbours() >= Math.min(size - 1, 6));
            }
            return ring;
        } catch (RuntimeException | Error e) {
            ring.close();
            throw e;
        }
    }

    static TomP2PConfig.Builder config(List<InetSocketAddress> members) {
        return TomP2PConfig.builder(new InetSocketAddress("127.0.0.1", 0), members)
                .nodeTimeout(Duration.ofMillis(700));
    }

    TomP2PDht node(int index) {
        return nodes.get(index);
    }

    int size() {
        return nodes.size();
    }

    List<InetSocketAddress> addresses() {
        return nodes.stream().map(TomP2PDht::localAddress).toList();
    }

    @Override
    public void close() {
        nodes.parallelStream().forEach(TomP2PDht::close);
    }

    static WritableSlot slot() {
        return RandomSlots.slot();
    }

    static byte[] bytes(int length) {
        return RandomSlots.bytes(length);
    }

    static <T> T done(CompletableFuture<T> future) {
        return Eventually.get(future);
    }

    static Throwable failureOf(CompletableFuture<?> future) {
        return Eventually.failureOf(future);
    }

    static void eventually(String what, BooleanSupplier condition) {
        Eventually.isTrue(what, condition);
    }
}
