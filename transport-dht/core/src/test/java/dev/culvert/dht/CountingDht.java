package dev.culvert.dht;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** An engine without push in a time of its own, that takes a while for each get and counts them. For one thread. */
final class CountingDht implements Dht {
    static final Duration GET_TIME = Duration.ofMillis(300);

    private final VirtualTime time;
    private final Map<Slot, byte[]> values = new HashMap<>();
    long gets;
    long puts;

    CountingDht(VirtualTime time) {
        this.time = time;
    }

    @Override
    public DhtCapabilities capabilities() {
        return new DhtCapabilities("counting", 65_000, Duration.ofHours(2), false, false, true);
    }

    @Override
    public CompletableFuture<Void> bootstrap() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Integer> put(WritableSlot slot, long sequence, byte[] value, Duration ttl) {
        puts++;
        values.put(slot.slot(), value);
        return CompletableFuture.completedFuture(1);
    }

    @Override
    public CompletableFuture<List<byte[]>> get(Slot slot) {
        gets++;
        CompletableFuture<List<byte[]>> result = new CompletableFuture<>();
        time.schedule(
                () -> {
                    byte[] value = values.get(slot);
                    result.complete(value == null ? List.of() : List.of(value));
                },
                GET_TIME.toNanos(),
                TimeUnit.NANOSECONDS);
        return result;
    }

    @Override
    public CompletableFuture<Boolean> remove(WritableSlot slot) {
        return CompletableFuture.completedFuture(values.remove(slot.slot()) != null);
    }

    @Override
    public Subscription listen(Slot slot, Duration interval, Consumer<byte[]> listener) {
        throw new UnsupportedOperationException("watches poll within their own budget");
    }

    @Override
    public void close() {}
}
