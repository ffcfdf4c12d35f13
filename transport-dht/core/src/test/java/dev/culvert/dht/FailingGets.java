package dev.culvert.dht;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** An engine whose gets fail as a test wants: the first few of each three. */
final class FailingGets implements Dht {
    private final Dht dht;
    private final int failuresOfThree;
    private final AtomicInteger gets = new AtomicInteger();

    FailingGets(Dht dht, int failuresOfThree) {
        this.dht = dht;
        this.failuresOfThree = failuresOfThree;
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
        return gets.getAndIncrement() % 3 < failuresOfThree
                ? CompletableFuture.failedFuture(new IllegalStateException("failed by a test"))
                : dht.get(slot);
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
