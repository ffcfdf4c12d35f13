package dev.culvert.dht.tomp2p;

import dev.culvert.dht.EngineThread;
import dev.culvert.dht.PendingFutures;
import dev.culvert.transport.TransportException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import net.tomp2p.futures.BaseFuture;
import net.tomp2p.futures.BaseFutureListener;

/**
 * The gets and puts of one engine: some run, some wait, and beyond that none is taken. Results are made and completed on
 * the engine's thread, which {@link #running} and the queue belong to; called from any.
 */
final class Requests {
    /** A request holds up to 10 sockets at once, and a node has so many. */
    private static final int MAX_RUNNING = 24;

    private static final int MAX_PENDING = 2048;

    private final EngineThread thread;
    private final PendingFutures pending;
    private final Duration timeout;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int running;

    Requests(EngineThread thread, PendingFutures pending, Duration timeout) {
        this.thread = thread;
        this.pending = pending;
        this.timeout = timeout;
    }

    /** How TomP2P is asked; on the engine's thread. */
    interface Start<F extends BaseFuture> {
        F start();
    }

    /**
     * Starts a request when it is its turn.
     *
     * @param read makes the result of what TomP2P found; what it throws fails the request
     */
    <F extends BaseFuture, T> CompletableFuture<T> submit(String what, Start<F> start, Function<F, T> read) {
        CompletableFuture<T> result = pending.create();
        if (pending.size() > MAX_PENDING) {
            result.completeExceptionally(new TransportException("Too many requests to the TomP2P network are waiting"
                    + " (over " + MAX_PENDING + "); wait for some to end"));
            return result;
        }
        if (!thread.execute(() -> {
            waiting.add(() -> run(what, start, read, result));
            startSome();
        })) {
            pending.close();
        }
        return result;
    }

    private void startSome() {
        while (running < MAX_RUNNING) {
            Runnable next = waiting.poll();
            if (next == null) {
                return;
            }
            next.run();
        }
    }

    private <F extends BaseFuture, T> void run(
            String what, Start<F> start, Function<F, T> read, CompletableFuture<T> result) {
        if (result.isDone()) {
            return;
        }
        running++;
        AtomicBoolean ended = new AtomicBoolean();
        // Its sockets may still be busy after the time-out, but for no longer than the nodes' own time-outs.
        ScheduledFuture<?> expiry = thread.schedule(
                () -> {
                    if (ended.compareAndSet(false, true)) {
                        result.completeExceptionally(
                                new TransportException("The TomP2P network did not answer a " + what + " within "
                                        + timeout + "; check that the nodes can reach each other by TCP and UDP"));
                        ended();
                    }
                },
                timeout);
        // Else it would hold on to the request, value and all, until it is due.
        Object unused = result.whenComplete((value, failure) -> {
            if (expiry != null) {
                expiry.cancel(false);
            }
        });
        try {
            start.start().addListener(new BaseFutureListener<F>() {
                @Override
                public void operationComplete(F future) {
                    thread.execute(() -> {
                        if (ended.compareAndSet(false, true)) {
                            complete(future, read, result);
                            ended();
                        }
                    });
                }

                @Override
                public void exceptionCaught(Throwable failure) {
                    // Of operationComplete, which only hands over.
                }
            });
        } catch (RuntimeException e) {
            if (ended.compareAndSet(false, true)) {
                running--;
                result.completeExceptionally(new TransportException("TomP2P refused a " + what, e));
            }
        }
    }

    private static <F extends BaseFuture, T> void complete(F future, Function<F, T> read, CompletableFuture<T> result) {
        try {
            result.complete(read.apply(future));
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
    }

    private void ended() {
        running--;
        startSome();
    }
}
