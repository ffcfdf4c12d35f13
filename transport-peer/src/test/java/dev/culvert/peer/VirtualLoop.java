package dev.culvert.peer;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** An event loop whose time and turns the test drives; runs everything on the test's own thread and starts none. */
final class VirtualLoop extends EventLoop {
    private static final class Task implements Timer {
        final long dueNanos;
        final long number;
        final Runnable work;
        boolean cancelled;

        Task(long dueNanos, long number, Runnable work) {
            this.dueNanos = dueNanos;
            this.number = number;
            this.work = work;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    private final PriorityQueue<Task> tasks = new PriorityQueue<>(
            Comparator.<Task>comparingLong(task -> task.dueNanos).thenComparingLong(task -> task.number));
    private long nowNanos = 1_000_000_000L;
    private long numbers;
    private long turns;

    VirtualLoop() {
        super("culvert-test-unused");
    }

    long nowNanos() {
        return nowNanos;
    }

    /** Tasks run so far. */
    long turns() {
        return turns;
    }

    /** Timers and tasks that still would run. */
    long pending() {
        return tasks.stream().filter(task -> !task.cancelled).count();
    }

    @Override
    public void execute(Runnable task) {
        schedule(task, Duration.ZERO);
    }

    @Override
    boolean tryExecute(Runnable task) {
        execute(task);
        return true;
    }

    @Override
    Timer schedule(Runnable task, Duration delay) {
        Task planned = new Task(nowNanos + Math.max(0, delay.toNanos()), numbers++, task);
        tasks.add(planned);
        return planned;
    }

    /** Runs what is due now, and what that makes due. */
    void runDue() {
        advance(Duration.ZERO);
    }

    /** Lets time pass, running each task at its own time; what a task throws fails the test. */
    void advance(Duration time) {
        long end = nowNanos + time.toNanos();
        while (!tasks.isEmpty() && tasks.element().dueNanos <= end) {
            Task next = tasks.remove();
            nowNanos = Math.max(nowNanos, next.dueNanos);
            if (!next.cancelled) {
                turns++;
                next.work.run();
            }
        }
        nowNanos = end;
    }
}
