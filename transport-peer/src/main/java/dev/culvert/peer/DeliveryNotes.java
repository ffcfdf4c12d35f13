package dev.culvert.peer;

import dev.culvert.dht.MessageStore;
import dev.culvert.dht.UnhandledMessage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is noted on disk of the messages that the app is given: kept, begun, handled. Thread-safe; the store is not its own. */
final class DeliveryNotes {
    /** A queued message lives seven days at most; two more for clocks that differ by one. */
    private static final Duration REMEMBER = Duration.ofDays(9);

    /** How long a handler that closes us may wait for the disk. */
    private static final Duration NOTE_WAIT = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryNotes.class);

    private final MessageStore store;
    private final Clock clock;

    DeliveryNotes(MessageStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Whether the handler is done with it; from memory. */
    boolean isDelivered(WaitingMessage.Key key) {
        return store.isDelivered(key.from(), key.id());
    }

    /** Keeps a message that its handler takes long for; done when it is on disk. */
    CompletableFuture<?> keep(WaitingMessage waiting) {
        return store.keepUnhandledSoon(new UnhandledMessage(
                waiting.ordinal, waiting.key.from(), waiting.key.id(), waiting.tier, waiting.payload));
    }

    /**
     * Notes that its handler begins; on disk when this returns.
     *
     * @return whether it had begun before
     */
    boolean begin(WaitingMessage.Key key) {
        return store.beginHandling(key.from(), key.id(), clock.instant());
    }

    /** Notes that its handler is done; done when that is on disk. Of a message with an ordinal, its copy is let go of. */
    CompletableFuture<?> handled(WaitingMessage.Key key, long ordinal) {
        Instant expiry = clock.instant().plus(REMEMBER);
        return ordinal > 0
                ? store.markHandledSoon(key.from(), key.id(), ordinal, expiry)
                : store.markDeliveredSoon(key.from(), key.id(), expiry);
    }

    /** The same, and waits for it, but not long. */
    void handledNow(WaitingMessage.Key key, long ordinal) {
        Instant expiry = clock.instant().plus(REMEMBER);
        try {
            if (ordinal > 0) { // behind the write that keeps it, which may not be done
                var unused = store.markHandledSoon(key.from(), key.id(), ordinal, expiry)
                        .get(NOTE_WAIT.toMillis(), TimeUnit.MILLISECONDS);
            } else {
                store.markDelivered(key.from(), key.id(), expiry);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("Interrupted while noting message {} as delivered; it may come again", key.id());
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            LOG.warn("Message {} can not be noted as delivered; it will come again", key.id(), e);
        }
    }
}
