package dev.culvert.bench;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a receiver should be given: so many messages of one size, each beginning with its number. Told by the receiver's
 * thread, awaited by the sender's.
 */
final class ExpectedMessages {
    private final int bytes;
    private final int count;
    private final CountDownLatch over = new CountDownLatch(1);
    private int received; // receiver's thread
    private volatile @Nullable String wrong;

    ExpectedMessages(int bytes, int count) {
        this.bytes = bytes;
        this.count = count;
    }

    /** Takes note of a message. */
    void received(int length, long number) {
        if (length != bytes || number != received) {
            wrong = "message " + number + " of " + length + " B where " + received + " of " + bytes + " B was due";
            over.countDown();
        }
        received++;
        if (received == count) {
            over.countDown();
        }
    }

    /**
     * Waits for the last one.
     *
     * @throws IllegalStateException if it does not come in time, or another came than was due
     */
    void await(Duration timeout) throws InterruptedException {
        boolean ended = over.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
        if (wrong != null) {
            throw new IllegalStateException(wrong);
        }
        if (!ended) {
            throw new IllegalStateException("Not all of " + count + " messages came");
        }
    }
}
