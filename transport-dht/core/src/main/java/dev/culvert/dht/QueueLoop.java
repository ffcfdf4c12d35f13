package dev.culvert.dht;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The heartbeat of a queue: runs tasks when their time comes, and brings the results of engine calls back to its
 * thread {@code culvert-queue}. No more than {@value #MAX_IN_FLIGHT} engine calls run before further tasks wait. Ends
 * with {@link #close}.
 */
final class QueueLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QueueLoop.class);

    private static final int MAX_IN_FLIGHT = 64;

    /** A clock that was set, or a machine that slept, is noticed after this time. */
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(10);

    private static final Duration AFTER_ERROR = Duration.ofSeconds(5);

    private final Clock clock;
    private final Consumer<QueueTask> runner;
    private final EngineThread thread;
    private final Timetable<QueueTask> timetable = new Timetable<>(); // queue thread only
    private volatile boolean closed;
    private int inFlight; // queue thread only
    private @Nullable ScheduledFuture<?> wakeUp; // queue thread only

    /**
     * @param runner does a task that is due, on the queue's thread
     */
    QueueLoop(Clock clock, Consumer<QueueTask> runner) {
        this(clock, runner, new EngineThread("culvert-queue"));
    }

    QueueLoop(Clock clock, Consumer<QueueTask> runner, EngineThread thread) {
        this.clock = clock;
        this.runner = runner;
        this.thread = thread;
    }

    /** Runs something on the queue's thread, and then what is due; false when the loop was closed. */
    boolean execute(Runnable action) {
        return thread.execute(() -> {
            try {
                action.run();
            } finally {
                runDue();
            }
        });
    }

    Instant now() {
        return clock.instant();
    }

    /** Sets the time of a task. Queue thread only, as all below. */
    void at(QueueTask task, Instant time) {
        timetable.put(task, time);
    }

    /** Makes sure that a task runs at this time or earlier. */
    void atLatest(QueueTask task, Instant time) {
        timetable.putEarlier(task, time);
    }

    void after(QueueTask task, Duration wait) {
        timetable.put(task, now().plus(wait));
    }

    void cancel(Predicate<QueueTask> condition) {
        timetable.removeIf(condition);
    }

    /** Makes an engine call; {@code then} gets its result or its failure on the queue's thread. */
    <T> void call(Supplier<CompletableFuture<T>> operation, BiConsumer<@Nullable T, @Nullable Throwable> then) {
        inFlight++;
        await(operation, (result, failure) -> {
            inFlight--;
            then.accept(result, failure);
        });
    }

    /** As {@link #call}, for what may take as long as it likes: it keeps no engine call waiting. */
    <T> void await(
            Supplier<? extends CompletionStage<T>> operation, BiConsumer<@Nullable T, @Nullable Throwable> then) {
        CompletionStage<T> running;
        try {
            running = Objects.requireNonNull(operation.get(), "the operation gave no stage");
        } catch (Throwable e) {
            // Also an error in a handler is a failure of that handler, and no reason to wait for ever.
            running = CompletableFuture.failedFuture(e);
        }
        Object unused = running.whenComplete((result, failure) -> execute(() -> then.accept(result, failure)));
    }

    private void runDue() {
        while (!closed && inFlight < MAX_IN_FLIGHT) {
            Optional<QueueTask> task = timetable.takeDue(now());
            if (task.isEmpty()) {
                break;
            }
            run(task.get());
        }
        sleep();
    }

    private void run(QueueTask task) {
        try {
            runner.accept(task);
        } catch (RuntimeException e) {
            // A disk that is full for a while must not end the deliveries.
            LOG.error("A queue task failed and is tried again in {}: {}", AFTER_ERROR, task.getClass(), e);
            after(task, AFTER_ERROR);
        }
    }

    private void sleep() {
        if (wakeUp != null) {
            wakeUp.cancel(false);
            wakeUp = null;
        }
        // With all calls in flight the next result wakes the loop.
        if (!closed && inFlight < MAX_IN_FLIGHT && timetable.next().isPresent()) {
            Duration wait = Duration.between(now(), timetable.next().get());
            wakeUp = thread.schedule(this::runDue, wait.compareTo(LONGEST_SLEEP) < 0 ? wait : LONGEST_SLEEP);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.close();
    }
}
