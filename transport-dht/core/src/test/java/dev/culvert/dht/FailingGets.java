package dev.culvert.dht;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** An engine whose gets fail as a test wants: the first few of each three. */
final class FailingGets extends DelegatingDht {
    private final int failuresOfThree;
    private final AtomicInteger gets = new AtomicInteger();

    FailingGets(Dht dht, int failuresOfThree) {
        super(dht);
        this.failuresOfThree = failuresOfThree;
    }

    @Override
    public CompletableFuture<List<byte[]>> get(Slot slot) {
        return gets.getAndIncrement() % 3 < failuresOfThree
                ? CompletableFuture.failedFuture(new IllegalStateException("failed by a test"))
                : super.get(slot);
    }
}
