package dev.culvert.dht;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** An engine that does what another does, for tests that change some of it. */
public class DelegatingDht implements Dht {
    private final Dht dht;

    protected DelegatingDht(Dht dht) {
        this.dht = dht;
    }

    @Override
    public DhtCapabilities capabilities() {
        return dht.capabilities();
    }

    @Override
    public CompletableFuture<Void> bootstrap() {
        return dht.bootstrap();
    }

    @Override
    public CompletableFuture<Integer> put(WritableSlot slot, long sequence, byte[] value, Duration ttl) {
        return dht.put(slot, sequence, value, ttl);
    }

    @Override
    public CompletableFuture<List<byte[]>> get(Slot slot) {
        return dht.get(slot);
    }

    @Override
    public CompletableFuture<Boolean> remove(WritableSlot slot) {
        return dht.remove(slot);
    }

    @Override
    public Subscription listen(Slot slot, Duration interval, Consumer<byte[]> listener) {
        return dht.listen(slot, interval, listener);
    }

    @Override
    public void close() {
        dht.close();
    }
}
