package dev.culvert.peer;

import dev.culvert.dht.Dht;
import dev.culvert.dht.DhtCapabilities;
import dev.culvert.dht.Slot;
import dev.culvert.dht.WritableSlot;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Another DHT whose nodes see the address of whoever asks. */
final class SeeingDht implements Dht {
    private final Dht inner;
    volatile boolean closed;

    SeeingDht(Dht inner) {
        this.inner = inner;
    }

    @Override
    public DhtCapabilities capabilities() {
        DhtCapabilities same = inner.capabilities();
        return new DhtCapabilities(
                "seeing", same.maxValueBytes(), same.maxTtl(), same.manyWriters(), same.push(), false);
    }

    @Override
    public CompletableFuture<Void> bootstrap() {
        return inner.bootstrap();
    }

    @Override
    public CompletableFuture<Integer> put(WritableSlot slot, long sequence, byte[] value, Duration ttl) {
        return inner.put(slot, sequence, value, ttl);
    }

    @Override
    public CompletableFuture<List<byte[]>> get(Slot slot) {
        return inner.get(slot);
    }

    @Override
    public CompletableFuture<Boolean> remove(WritableSlot slot) {
        return inner.remove(slot);
    }

    @Override
    public Subscription listen(Slot slot, Duration interval, Consumer<byte[]> listener) {
        return inner.listen(slot, interval, listener);
    }

    @Override
    public void close() {
        closed = true;
        inner.close();
    }
}
