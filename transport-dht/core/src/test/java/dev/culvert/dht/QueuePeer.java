package dev.culvert.dht;

import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** One peer of a queue test: its disk, its node, its queue, and what it received. */
final class QueuePeer implements AutoCloseable {
    static final QueueConfig QUICK = QueueConfig.builder()
            .pollInterval(Duration.ofMillis(20), Duration.ofMillis(60))
            .retry(Duration.ofMillis(20), Duration.ofMillis(100))
            .build();

    final List<String> received = new CopyOnWriteArrayList<>();
    final Identity identity;
    final Dht dht;
    final MessageStore store;
    final MessageQueue queue;

    QueuePeer(Identity identity, MemoryNetwork network, Path directory, QueueConfig config, Clock clock) {
        this(identity, MemoryDht.join(network), directory, config, clock);
    }

    QueuePeer(Identity identity, Dht dht, Path directory, QueueConfig config, Clock clock) {
        this.identity = identity;
        this.dht = dht;
        this.store = MessageStore.open(directory);
        this.queue = MessageQueue.open(identity, dht, store, config, clock);
    }

    PeerId id() {
        return identity.peerId();
    }

    CompletableFuture<Void> send(QueuePeer to, String text) {
        return send(to.id(), text);
    }

    CompletableFuture<Void> send(PeerId to, String text) {
        return queue.enqueue(to, MessageId.random(), text.getBytes(StandardCharsets.UTF_8));
    }

    /** Receives whatever the peer sends, into {@link #received}. */
    QueuePeer receiveFrom(PeerId from) {
        queue.onMessage((sender, id, payload) -> {
            received.add(new String(payload, StandardCharsets.UTF_8));
            return CompletableFuture.completedFuture(null);
        });
        queue.watch(from);
        return this;
    }

    void awaitReceived(String... texts) {
        Eventually.isTrue("received " + List.of(texts) + ", has " + received, () -> received.size() >= texts.length);
        if (!received.equals(List.of(texts))) {
            throw new AssertionError("received " + received + " instead of " + List.of(texts));
        }
    }

    void awaitAllAcknowledged(PeerId by) {
        Eventually.isTrue("all acknowledged", () -> Eventually.get(queue.outstanding(by)) == 0);
    }

    long count(QueueEvent event) {
        return queue.events().getOrDefault(event, -1L);
    }

    @Override
    public void close() {
        queue.close();
        store.close();
        dht.close();
    }
}
