package dev.culvert.dht;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Numbered calls of an engine, so many at a time. The first that fails ends it: no further one begins. Calls begin on the
 * caller's thread and on those that complete earlier ones; no lock is held meanwhile.
 *
 * @param <T> what each call gives
 */
final class InParallel<T> {
    private final int count;
    private final int width;
    private final IntFunction<CompletableFuture<T>> call;
    private final AtomicReferenceArray<@Nullable T> results;
    private final CompletableFuture<List<T>> all = new CompletableFuture<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();

    /** Who raises it from 0 starts calls, for all who raise it meanwhile: a call that ends at once is no recursion. */
    private final AtomicInteger asked = new AtomicInteger();

    private int next; // whoever starts calls

    private InParallel(int count, int width, IntFunction<CompletableFuture<T>> call) {
        this.count = count;
        this.width = width;
        this.call = call;
        this.results = new AtomicReferenceArray<>(count);
    }

    /**
     * Makes the calls 0 to {@code count - 1}.
     *
     * @param width most that run at the same time
     * @return all results in their order, or the first failure
     */
    static <T> CompletableFuture<List<T>> all(int count, int width, IntFunction<CompletableFuture<T>> call) {
        InParallel<T> calls = new InParallel<>(count, width, call);
        if (count == 0) {
            calls.all.complete(List.of());
        } else {
            calls.startSome();
        }
        return calls.all;
    }

    private void startSome() {
        if (asked.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            while (next < count && running.get() < width && !all.isDone()) {
                running.incrementAndGet();
                start(next++);
            }
            seen = asked.addAndGet(-seen);
        } while (seen != 0);
    }

    private void start(int number) {
        CompletableFuture<T> one;
        try {
            one = call.apply(number);
        } catch (RuntimeException e) {
            one = CompletableFuture.failedFuture(e);
        }
        CompletableFuture<?> unused = one.whenComplete((result, failure) -> {
            if (failure != null) {
                Throwable cause = failure.getCause();
                all.completeExceptionally(failure instanceof CompletionException && cause != null ? cause : failure);
                return;
            }
            results.set(number, result);
            running.decrementAndGet();
            if (ended.incrementAndGet() == count) {
                all.complete(list());
            } else {
                startSome();
            }
        });
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // every place is filled
    private List<T> list() {
        Object[] filled = new Object[count];
        Arrays.setAll(filled, results::get);
        return (List<T>) Arrays.asList(filled);
    }
}
