package dev.culvert.ice.frame;

import dev.culvert.transport.TransportClosedException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the frame channels of a process share: the memory budget, and one timer that drops the incomplete frames of
 * peers that went silent. The timer runs only while there are incomplete frames, on a thread of the hub's own that
 * starts with the first. Thread-safe. Lives until {@link #close}, which closes its channels.
 */
public final class FrameHub implements AutoCloseable {
    /** Half a second after its time, at the latest, an incomplete frame is gone. */
    static final long SWEEP_MILLIS = 500;

    private static final Logger LOG = LoggerFactory.getLogger(FrameHub.class);
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final FrameConfig config;
    private final FrameMemory memory;
    private final LongSupplier clock;
    private final ScheduledExecutorService timer;
    private final Set<FrameChannel> channels = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean sweepPending = new AtomicBoolean();
    private volatile boolean closed;

    /**
     * @param clock nanoseconds, as of {@link System#nanoTime}
     * @param timer the hub's own: it ends with the hub
     */
    FrameHub(FrameConfig config, LongSupplier clock, ScheduledExecutorService timer) {
        this.config = config;
        this.clock = clock;
        this.timer = timer;
        memory = new FrameMemory(config.memoryBytes());
    }

    /** A hub without channels. */
    public static FrameHub open(FrameConfig config) {
        String name = "culvert-frames-" + NUMBERS.incrementAndGet();
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return new FrameHub(config, System::nanoTime, timer);
    }

    /**
     * A channel for one peer.
     *
     * @throws TransportClosedException if the hub is closed
     */
    public FrameChannel openChannel(FrameHandler handler) {
        FrameChannel channel = new FrameChannel(this, config, memory, handler);
        channels.add(channel);
        if (closed) {
            channel.close(); // the hub's close may have missed it
            throw new TransportClosedException("The frame hub");
        }
        return channel;
    }

    /** The budget of all channels: what it is, and what is in use. */
    public FrameMemory memory() {
        return memory;
    }

    long now() {
        return clock.getAsLong();
    }

    void forget(FrameChannel channel) {
        channels.remove(channel);
    }

    /** Sees to it that a sweep follows. Called for every datagram, so it must cost next to nothing. */
    void sweepSoon() {
        if (memory.used() > 0 && !sweepPending.get() && sweepPending.compareAndSet(false, true)) {
            try {
                var unused = timer.schedule(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOG.trace("The hub is closed; its channels give their memory back themselves");
            }
        }
    }

    private void sweep() {
        sweepPending.set(false); // first: what comes meanwhile asks for the next sweep
        try {
            long now = now();
            for (FrameChannel channel : channels) {
                channel.expire(now);
            }
        } catch (RuntimeException e) {
            LOG.error("Dropping expired frames failed; the next sweep tries again", e);
        }
        sweepSoon();
    }

    /** Closes all channels and ends the timer. Idempotent, from any thread. See {@link FrameChannel#close}. */
    @Override
    public void close() {
        closed = true;
        timer.shutdownNow();
        channels.forEach(FrameChannel::close);
    }
}
