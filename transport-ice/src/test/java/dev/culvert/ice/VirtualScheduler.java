package dev.culvert.ice;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A STUN thread without a thread, in a time of its own: tasks run, in order, when {@link #advance} comes to them. */
final class VirtualScheduler extends ScheduledThreadPoolExecutor {
    private final PriorityQueue<Task> tasks = new PriorityQueue<>(
            Comparator.comparingLong((Task task) -> task.dueNanos).thenComparing(task -> task.number));
    private long nowNanos;
    private long scheduled;

    VirtualScheduler() {
        super(0);
    }

    private final class Task extends FutureTask<Void> implements ScheduledFuture<Void> {
        private final long dueNanos;
        private final long number = scheduled++;

        Task(Runnable task, long dueNanos) {
            super(task, null);
            this.dueNanos = dueNanos;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(dueNanos - nowNanos, TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        Task added = new Task(task, nowNanos + unit.toNanos(delay));
        tasks.add(added);
        return added;
    }

    @Override
    public void execute(Runnable task) {
        schedule(task, 0, TimeUnit.NANOSECONDS);
    }

    long nanoTime() {
        return nowNanos;
    }

    /** Runs what is due within this time. */
    void advance(Duration time) {
        long end = nowNanos + time.toNanos();
        while (!tasks.isEmpty() && tasks.peek().dueNanos <= end) {
            Task next = tasks.poll();
            nowNanos = Math.max(nowNanos, next.dueNanos);
            next.run();
        }
        nowNanos = end;
    }

    /** Tasks that still wait. */
    long waiting() {
        return tasks.stream().filter(task -> !task.isCancelled()).count();
    }
}
