package dev.culvert.dht.opendht;

import dev.culvert.dht.EventCounters;
import dev.culvert.transport.TransportClosedException;
import dev.culvert.transport.TransportException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Delayed;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP side of an {@link OpenDht}: requests to one proxy, a bounded number of them at the same time. Owns three
 * daemon threads {@code culvert-dht-opendht-N}, on which lines are read and futures complete, and the JDK's client with
 * its selector thread.
 */
final class ProxyClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyClient.class);
    private static final int THREADS = 3;
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(1);

    /** Requests that run at the same time; each has a connection. Streams of subscriptions are not among them. */
    static final int MOST_REQUESTS = 64;

    /** Requests that wait for others to end. */
    static final int MOST_WAITING = 4_096;

    private final OpenDhtConfig config;
    private final EventCounters<OpenDhtEvent> events;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor pool;

    /** Null once closed: the JDK's kept connections lead back here, and before Java 21 the client ends by being collected. */
    private volatile @Nullable HttpClient client;

    private final RequestGate gate = new RequestGate(MOST_REQUESTS, MOST_WAITING);
    private final Set<Exchange> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    ProxyClient(OpenDhtConfig config, EventCounters<OpenDhtEvent> events) {
        this.config = config;
        this.events = events;
        ScheduledThreadPoolExecutor created = pool(threads);
        pool = created;
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(config.connectTimeout())
                .executor(task -> run(created, task))
                .build();
    }

    /** Static as the JDK's client holds it: one that led back here would keep the client from being collected. */
    private static ScheduledThreadPoolExecutor pool(Set<Thread> threads) {
        ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(THREADS, task -> {
            Thread thread = new Thread(task, "culvert-dht-opendht-" + NUMBER.incrementAndGet());
            thread.setDaemon(true);
            threads.add(thread);
            return thread;
        });
        pool.setRemoveOnCancelPolicy(true);
        pool.setExecuteExistingDelayedTasksAfterShutdownPolicy(true); // close drops what is not due
        return pool;
    }

    /** What is left to do for cancelled requests is done after closing, too: else the JDK's client never ends. */
    private static void run(ScheduledThreadPoolExecutor pool, Runnable task) {
        try {
            pool.execute(task);
        } catch (RejectedExecutionException e) {
            task.run();
        }
    }

    /** A request for one of the proxy's resources, to be completed. */
    HttpRequest.Builder to(String path) {
        // Else the JDK tells its version.
        return HttpRequest.newBuilder(config.resource(path)).setHeader("User-Agent", "culvert");
    }

    /**
     * Sends a request when its turn comes.
     *
     * @param lines gets the lines of an answer with status 200; false when it wants no more
     * @return the answer's status; fails with {@link TransportException} without an answer
     */
    CompletableFuture<Integer> request(HttpRequest request, Predicate<byte[]> lines, long maxBytes, Duration timeout) {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        if (!gate.run(() -> send(request, lines, maxBytes, timeout).status, result)) {
            if (!closed) {
                events.count(OpenDhtEvent.REFUSED);
            }
            result.completeExceptionally(
                    closed
                            ? closedException()
                            : new TransportException("More than " + MOST_WAITING
                                    + " requests wait for the OpenDHT proxy; send fewer, or wait for some to end"));
        }
        return result;
    }

    /** Sends a request at once; it lasts until its end, its time-out or {@link Exchange#cancel}. */
    Exchange send(HttpRequest request, Predicate<byte[]> lines, long maxBytes, Duration timeout) {
        Exchange exchange = new Exchange(lines, maxBytes);
        running.add(exchange);
        CompletableFuture<?> unused = exchange.status.whenComplete((status, failure) -> running.remove(exchange));
        try {
            exchange.begin(request, timeout);
        } catch (RejectedExecutionException e) {
            exchange.fail(closedException());
        }
        // Looked at after adding: a close that missed this exchange is seen here.
        if (closed) {
            exchange.cancel();
        }
        return exchange;
    }

    /** Runs a task on one of the threads, later; never when closed by then. */
    void schedule(Runnable task, Duration delay) {
        try {
            Object unused = pool.schedule(() -> guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.trace("Closed, so a task does not run");
        }
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("A task failed on {}", Thread.currentThread().getName(), e);
        }
    }

    private static TransportClosedException closedException() {
        return new TransportClosedException("The OpenDHT engine");
    }

    /** The proxy's address for messages. */
    String name() {
        return config.proxy().getRawAuthority();
    }

    /** One request and its answer. */
    final class Exchange {
        private final CompletableFuture<Integer> status = new CompletableFuture<>();
        private final LineBody body;
        private volatile @Nullable CompletableFuture<HttpResponse<LineBody.End>> sent;
        private volatile @Nullable Future<?> timer;

        Exchange(Predicate<byte[]> lines, long maxBytes) {
            this.body = new LineBody(maxBytes, lines, events);
        }

        private void begin(HttpRequest request, Duration timeout) {
            HttpClient open = client;
            if (open == null) {
                fail(closedException());
                return;
            }
            timer = pool.schedule(() -> timedOut(timeout), timeout.toNanos(), TimeUnit.NANOSECONDS);
            CompletableFuture<HttpResponse<LineBody.End>> future = open.sendAsync(
                    request,
                    info -> info.statusCode() == 200 ? body : new LineBody(LineBody.MAX_LINE, line -> false, events));
            sent = future;
            // On our threads: the JDK completes its futures on its common ones.
            CompletableFuture<?> unused = future.whenCompleteAsync(this::ended, pool);
        }

        private void ended(@Nullable HttpResponse<LineBody.End> response, @Nullable Throwable failure) {
            stopTimer();
            if (response != null) {
                status.complete(response.statusCode());
            } else if (failure != null) {
                Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
                fail(new TransportException(
                        "The OpenDHT proxy " + name() + " gave no usable answer (" + cause
                                + "); check its address and whether its node runs",
                        cause));
            }
        }

        private void stopTimer() {
            Future<?> running = timer;
            if (running != null) {
                running.cancel(false);
            }
        }

        private void timedOut(Duration timeout) {
            fail(new TransportException("The OpenDHT proxy " + name() + " gave no whole answer within " + timeout
                    + "; check whether its node runs"));
            cancel();
        }

        private void fail(TransportException failure) {
            status.completeExceptionally(failure);
        }

        /** Completes on one of our threads, or on the one that closes. */
        CompletableFuture<Integer> status() {
            return status;
        }

        /** Ends it: no line is read afterwards but the one that is being read. Idempotent. */
        void cancel() {
            body.cancel();
            CompletableFuture<?> future = sent;
            if (future != null) {
                future.cancel(true);
            }
            stopTimer();
            status.completeExceptionally(closedException());
        }
    }

    /** Cancels what runs and ends the threads; waits at most 1 s for a callback that is running. Idempotent. */
    @Override
    public void close() {
        closed = true;
        gate.close();
        running.forEach(Exchange::cancel);
        endClient();
        pool.getQueue().removeIf(task -> task instanceof Delayed later && later.getDelay(TimeUnit.NANOSECONDS) > 0);
        pool.shutdown();
        if (threads.contains(Thread.currentThread())) {
            return;
        }
        try {
            if (!pool.awaitTermination(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("A callback of the OpenDHT engine still runs after {}", CLOSE_WAIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Since Java 21 a client can be told to end; before, it does so once it was collected. Not with its {@code close},
     * which waits for requests of which we dropped the rest.
     */
    private void endClient() {
        HttpClient open = client;
        client = null;
        if (open instanceof AutoCloseable) {
            try {
                Object unused = HttpClient.class.getMethod("shutdownNow").invoke(open);
            } catch (ReflectiveOperationException e) {
                LOG.warn("The HTTP client is left to the garbage collector", e);
            }
        }
    }
}
