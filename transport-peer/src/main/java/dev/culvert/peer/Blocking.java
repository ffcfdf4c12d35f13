package dev.culvert.peer;

import dev.culvert.transport.TransportException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for a future as callers of blocking methods expect: for so long, and with the exception itself. Stateless. */
final class Blocking {
    private Blocking() {}

    static <T> T await(CompletableFuture<T> future, Duration timeout) throws TimeoutException, InterruptedException {
        try {
            return future.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof TransportException transportFailure) {
                throw transportFailure;
            }
            if (cause instanceof IllegalArgumentException misuse) {
                throw misuse;
            }
            throw new IllegalStateException("The transport failed", cause);
        }
    }
}
