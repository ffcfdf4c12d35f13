package dev.culvert.natlab;

import dev.culvert.transport.SendResult;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sends a {@link Load} in its order, so that never more than {@link #WINDOW} bytes wait for their results: a transport
 * takes no more than 64 MiB. A thread of its own; ends with the last message or with {@link #close}.
 */
final class LoadSender implements AutoCloseable {
    /** The largest message fills it. */
    static final long WINDOW = 16 << 20;

    /** Told of each message's result. */
    interface Results {
        void report(int number, @Nullable SendResult result, @Nullable Throwable failure);
    }

    private final Load load;
    private final Function<byte[], CompletableFuture<SendResult>> send;
    private final Results results;
    private final Thread thread = new Thread(this::run, "culvert-lab-load");
    private long pending; // guarded by this

    LoadSender(Load load, Function<byte[], CompletableFuture<SendResult>> send, Results results) {
        this.load = load;
        this.send = send;
        this.results = results;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            for (int number = 0; number < load.count(); number++) {
                awaitRoom(load.size(number));
                send(number);
            }
        } catch (InterruptedException e) {
            // Closed: what is left is not sent.
        }
    }

    private synchronized void awaitRoom(int bytes) throws InterruptedException {
        while (pending > 0 && pending + bytes > WINDOW) {
            wait();
        }
        pending += bytes;
    }

    private void send(int number) {
        var unused = send.apply(load.payload(number)).whenComplete((result, failure) -> {
            results.report(number, result, failure);
            free(load.size(number));
        });
    }

    private synchronized void free(int bytes) {
        pending -= bytes;
        notifyAll();
    }

    /** Sends no more. */
    @Override
    public void close() {
        thread.interrupt();
    }
}
