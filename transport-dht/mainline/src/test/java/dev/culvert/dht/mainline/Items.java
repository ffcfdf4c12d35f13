package dev.culvert.dht.mainline;

import dev.culvert.dht.RandomSlots;
import dev.culvert.dht.WritableSlot;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Random slots and values, and futures waited for with a bound. */
final class Items {
    static final Duration TTL = Duration.ofHours(1);

    private Items() {}

    static byte[] bytes(int length) {
        return RandomSlots.bytes(length);
    }

    static WritableSlot slot() {
        return RandomSlots.slot();
    }

    /** A result that comes within 10 s, on a swarm without silent nodes. */
    static <T> T done(CompletableFuture<T> future) throws Exception {
        return within(10, future);
    }

    static <T> T within(int seconds, CompletableFuture<T> future) throws Exception {
        return future.get(seconds, TimeUnit.SECONDS);
    }

    /** What a future fails with within 10 s. */
    static Throwable failure(CompletableFuture<?> future) throws InterruptedException, TimeoutException {
        try {
            Object value = future.get(10, TimeUnit.SECONDS);
            throw new AssertionError("Did not fail but gave " + value);
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }
}
