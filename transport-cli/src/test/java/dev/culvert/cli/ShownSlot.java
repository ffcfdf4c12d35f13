package dev.culvert.cli;

import dev.culvert.dht.Dht;
import dev.culvert.dht.DhtCapabilities;
import dev.culvert.dht.Slot;
import dev.culvert.dht.WritableSlot;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A DHT that shows one slot's value wherever one looks: for a reader who was told where a record is. */
final class ShownSlot implements Dht {
    private final Dht dht;
    private final Slot shown;

    ShownSlot(Dht dht, Slot shown) {
        this.dht = dht;
        this.shown = shown;
    }

    @Override
    public DhtCapabilities capabilities() {
        return dht.capabilities();
    }

    @Override
    public CompletableFuture<Void> bootstrap() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Integer> put(WritableSlot slot, long sequence, byte[] value, Duration ttl) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("reading only"));
    }

    @Override
    public CompletableFuture<List<byte[]>> get(Slot slot) {
        return dht.get(shown);
    }

    @Override
    public CompletableFuture<Boolean> remove(WritableSlot slot) {
        return CompletableFuture.completedFuture(false);
    }

    @Override
    public Subscription listen(Slot slot, Duration interval, Consumer<byte[]> listener) {
        return () -> {};
    }

    @Override
    public void close() {}
}
