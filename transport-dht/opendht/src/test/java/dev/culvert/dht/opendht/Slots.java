package dev.culvert.dht.opendht;

import dev.culvert.dht.Eventually;
import dev.culvert.dht.RandomSlots;
import dev.culvert.dht.WritableSlot;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** Short names for what these tests do most. */
final class Slots {
    static final Duration TTL = Duration.ofMinutes(10);

    private Slots() {}

    static byte[] bytes(int length) {
        return RandomSlots.bytes(length);
    }

    static WritableSlot random() {
        return RandomSlots.slot();
    }

    static <T> T done(CompletableFuture<T> future) {
        return Eventually.get(future);
    }

    static Throwable failure(CompletableFuture<?> future) {
        return Eventually.failureOf(future);
    }

    static void eventually(String what, BooleanSupplier condition) {
        Eventually.isTrue(what, condition);
    }
}
