package dev.culvert.dht.opendht;

import static org.junit.jupiter.api.Assertions.fail;

import dev.culvert.dht.Slot;
import dev.culvert.dht.WritableSlot;
import dev.culvert.identity.SigningKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Random slots and values, and results waited for with a bound. */
final class Slots {
    static final Duration TTL = Duration.ofMinutes(10);
    private static final int LIMIT_SECONDS = 20;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Slots() {}

    static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    static WritableSlot random() {
        return WritableSlot.of(bytes(Slot.KEY_LENGTH), SigningKey.generate(RANDOM));
    }

    static <T> T done(CompletableFuture<T> future) throws Exception {
        return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    static Throwable failure(CompletableFuture<?> future) throws InterruptedException, TimeoutException {
        try {
            return fail("Did not fail but gave " + future.get(LIMIT_SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    static void eventually(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                fail("Not within " + LIMIT_SECONDS + " s: " + what);
            }
            LockSupport.parkNanos(5_000_000);
        }
    }
}
