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
 * The heartbeat of a queue or a keeper: runs tasks when their time comes, and brings the results of engine calls back to
 * its thread. No more than {@value #MAX_IN_FLIGHT} engine calls run before further tasks wait. Ends with {@link #close}.
 *
 * @param <T> the tasks
 */
final class TaskLoop<T> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TaskLoop.class);

    private static final int MAX_IN_FLIGHT = 64;

    /** A clock that was set, or a machine that slept, is noticed after this time. */
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(10);

    private static final Duration AFTER_ERROR = Duration.ofSeconds(5);

    private final Clock clock;
    private final Consumer<T> runner;
    private final EngineThread thread;
    private final Timetable<T> timetable = new Timetable<>(); // loop thread only
    private volatile boolean closed;
    private int inFlight; // loop thread only
    private @Nullable ScheduledFuture<?> wakeUp; // loop thread only

    /**
     * @param name of the thread
     * @param runner does a task that is due, on the loop's thread
     */
    TaskLoop(String name, Clock clock, Consumer<T> runner) {
        this(clock, runner, new EngineThread(name));
    }

    /** The same on a thread that is closed with it. */
    TaskLoop(Clock clock, Consumer<T> runner, EngineThread thread) {
        this.clock = clock;
        this.runner = runner;
        this.thread = thread;
    }

    /** Runs something on the loop's thread, and then what is due; false when the loop was closed. */
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

    /** Sets the time of a task. Loop thread only, as all below. */
    void at(T task, Instant time) {
        timetable.put(task, time);
    }

    /** Makes sure that a task runs at this time or earlier. */
    void atLatest(T task, Instant time) {
        timetable.putEarlier(task, time);
    }

    void after(T task, Duration wait) {
        timetable.put(task, now().plus(wait));
    }

    void cancel(Predicate<T> condition) {
        timetable.removeIf(condition);
    }

    /** Makes an engine call; {@code then} gets its result or its failure on the loop's thread. */
    <R> void call(Supplier<CompletableFuture<R>> operation, BiConsumer<@Nullable R, @Nullable Throwable> then) {
        inFlight++;
        await(operation, (result, failure) -> {
            inFlight--;
            then.accept(result, failure);
        });
    }

    /** As {@link #call}, for what may take as long as it likes: it keeps no engine call waiting. */
    <R> void await(
            Supplier<? extends CompletionStage<R>> operation, BiConsumer<@Nullable R, @Nullable Throwable> then) {
        CompletionStage<R> running;
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
            Optional<T> task = timetable.takeDue(now());
            if (task.isEmpty()) {
                break;
            }
            run(task.get());
        }
        sleep();
    }

    private void run(T task) {
        try {
            runner.accept(task);
        } catch (RuntimeException e) {
            // A disk that is full for a while must not end the deliveries.
            LOG.error("A task failed and is tried again in {}: {}", AFTER_ERROR, task.getClass(), e);
            after(task, AFTER_ERROR);
        }
    }

    /** Whether nothing is due and no engine call is running. */
    boolean isIdle() {
        return inFlight == 0 && timetable.next().map(now()::isBefore).orElse(true);
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
