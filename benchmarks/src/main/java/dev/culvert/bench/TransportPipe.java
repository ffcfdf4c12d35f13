package dev.culvert.bench;

import dev.culvert.transport.ReceivedMessage;
import dev.culvert.transport.SendResult;
import dev.culvert.transport.Tier;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Messages through {@code PeerTransport.send}: done when their results say that the handler at the other side is. */
final class TransportPipe implements MessagePipe, AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final TransportPair pair;
    private volatile @Nullable ExpectedMessages expected;

    TransportPipe(Path directory) throws Exception {
        pair = new TransportPair(directory, (from, message) -> onMessage(message));
        pair.connect();
    }

    private void onMessage(ReceivedMessage message) {
        ExpectedMessages now = expected;
        if (now != null) {
            byte[] payload = message.payload();
            now.received(payload.length, ByteBuffer.wrap(payload).getLong());
        }
    }

    @Override
    public double send(int bytes, int count, int mostInFlight) throws InterruptedException {
        ExpectedMessages receiving = new ExpectedMessages(bytes, count);
        expected = receiving;
        Semaphore room = new Semaphore(mostInFlight);
        AtomicInteger undelivered = new AtomicInteger();
        byte[] payload = new byte[bytes]; // each send copies it
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            acquire(room, bytes);
            ByteBuffer.wrap(payload).putLong(i);
            var unused = pair.near().send(pair.farId(), payload).whenComplete((result, failure) -> {
                if (!isDelivered(result)) {
                    undelivered.incrementAndGet();
                }
                room.release(bytes);
            });
        }
        acquire(room, mostInFlight);
        double seconds = (System.nanoTime() - start) / 1e9;
        if (undelivered.get() > 0) {
            throw new IllegalStateException(undelivered + " of " + count + " messages were not delivered");
        }
        receiving.await(TIMEOUT);
        return seconds;
    }

    private static void acquire(Semaphore room, int bytes) throws InterruptedException {
        if (!room.tryAcquire(bytes, TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("No result for " + TIMEOUT.toSeconds() + " s");
        }
    }

    private static boolean isDelivered(@Nullable SendResult result) {
        return result != null && result.tier() != Tier.QUEUED;
    }

    /**
     * Milliseconds from each send until its result, one message after the other.
     *
     * @param pauseMillis after each result
     */
    double[] roundTrips(int bytes, int count, int pauseMillis) throws Exception {
        expected = new ExpectedMessages(bytes, count);
        double[] millis = new double[count];
        byte[] payload = new byte[bytes];
        for (int i = 0; i < count; i++) {
            ByteBuffer.wrap(payload).putLong(i);
            long start = System.nanoTime();
            SendResult result = pair.near().send(pair.farId(), payload).get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            millis[i] = (System.nanoTime() - start) / 1e6;
            if (!isDelivered(result)) {
                throw new IllegalStateException("Message " + i + " was not delivered");
            }
            TimeUnit.MILLISECONDS.sleep(pauseMillis);
        }
        return millis;
    }

    @Override
    public void close() {
        pair.close();
    }
}
