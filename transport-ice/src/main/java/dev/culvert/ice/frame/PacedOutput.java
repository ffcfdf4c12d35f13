package dev.culvert.ice.frame;

import dev.culvert.ice.SendStatus;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * An output that keeps to a rate, so that a frame's hundreds of datagrams do not arrive at a buffer for dozens at once.
 * Waits on the thread that sends the frame, which must not be the I/O thread; a thread that is interrupted does not
 * wait, but sends. A kernel buffer that is full in spite of that is tried again for up to 20 ms. For one thread at a
 * time, as a {@link FrameChannel} uses it. Holds nothing that must be closed.
 */
public final class PacedOutput implements FrameOutput {
    /** What may go at once: 13 datagrams of 1200 bytes, well within the least kernel buffers. */
    static final int BURST_BYTES = 16 << 10;

    private static final int RETRIES = 20;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final FrameOutput to;
    private final long bytesPerSecond;
    private final LongSupplier clock;
    private final LongConsumer pause;

    /** When everything sent so far is through, at the rate. */
    private long throughAt;

    /**
     * Keeps an output to a rate.
     *
     * @param to such as {@code context::send}
     * @param bytesPerSecond 1000 or more; 30 frames a second of 230 KB are 7 MB/s, and want some more to be sent in time
     */
    public PacedOutput(FrameOutput to, long bytesPerSecond) {
        this(to, bytesPerSecond, System::nanoTime, LockSupport::parkNanos);
    }

    /**
     * @param clock nanoseconds, as of {@link System#nanoTime}
     * @param pause waits about as many nanoseconds, or less
     */
    PacedOutput(FrameOutput to, long bytesPerSecond, LongSupplier clock, LongConsumer pause) {
        if (bytesPerSecond < 1_000) {
            throw new IllegalArgumentException("bytesPerSecond is 1000 or more, not " + bytesPerSecond);
        }
        this.to = to;
        this.bytesPerSecond = bytesPerSecond;
        this.clock = clock;
        this.pause = pause;
        throughAt = clock.getAsLong();
    }

    @Override
    public SendStatus send(ByteBuffer datagram) {
        int length = datagram.remaining();
        waitUntil(throughAt - nanosFor(BURST_BYTES));
        SendStatus status = to.send(datagram);
        for (int i = 0; i < RETRIES && status == SendStatus.BUFFER_FULL && !isInterrupted(); i++) {
            waitUntil(clock.getAsLong() + RETRY_NANOS);
            status = to.send(datagram);
        }
        long now = clock.getAsLong();
        throughAt = (now - throughAt > 0 ? now : throughAt) + nanosFor(length);
        return status;
    }

    private void waitUntil(long time) {
        long left = time - clock.getAsLong();
        while (left > 0 && !isInterrupted()) {
            pause.accept(left);
            left = time - clock.getAsLong();
        }
    }

    private static boolean isInterrupted() {
        return Thread.currentThread().isInterrupted();
    }

    private long nanosFor(int bytes) {
        return bytes * 1_000_000_000L / bytesPerSecond;
    }
}
