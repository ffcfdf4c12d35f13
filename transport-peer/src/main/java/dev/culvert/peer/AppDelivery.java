package dev.culvert.peer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.culvert.dht.MessageStore;
import dev.culvert.peer.internal.session.Handover;
import dev.culvert.transport.MessageHandler;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.ReceivedMessage;
import dev.culvert.transport.Tier;
import dev.culvert.transport.TransportClosedException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands messages to the app, once each, whichever way they came: a copy that comes by another way while the handler
 * runs waits for it, a later one is dropped, across restarts too. A message counts as delivered when the handler has
 * returned and that is on disk, so a crash in between repeats it, with a mark, and loses nothing. Thread-safe. After {@link #close}
 * no handler begins; what has not begun fails and stays with its sender.
 */
final class AppDelivery implements Inlet {
    /** A queued message lives seven days at most; two more for clocks that differ by one. */
    private static final Duration REMEMBER = Duration.ofDays(9);

    private static final Logger LOG = LoggerFactory.getLogger(AppDelivery.class);

    private record Key(PeerId from, MessageId id) {}

    private record Waiting(
            Key key, byte[] payload, Tier tier, CompletableFuture<Void> handled, CompletableFuture<Void> done) {
        Handover handover() {
            return new Handover(handled, done);
        }

        ReceivedMessage message(boolean redelivered) {
            return new ReceivedMessage(key.id(), payload, tier, redelivered);
        }
    }

    private final MessageStore store;
    private final Executor handlers;
    private final Clock clock;
    private final LinkCounters counters;

    @GuardedBy("this")
    private final Map<Key, Handover> inFlight = new HashMap<>();

    @GuardedBy("this")
    private final Deque<Waiting> beforeHandler = new ArrayDeque<>();

    @GuardedBy("this")
    private @Nullable MessageHandler handler;

    private volatile boolean failureLogged;

    @GuardedBy("this")
    private boolean closed;

    /** What the handler runs for, so that it can close the transport and not see the message again. */
    @GuardedBy("this")
    private final Map<Thread, Key> handling = new HashMap<>();

    AppDelivery(MessageStore store, Executor handlers, Clock clock, LinkCounters counters) {
        this.store = store;
        this.handlers = handlers;
        this.clock = clock;
        this.counters = counters;
    }

    /** Sets the handler; what came before goes to it first. */
    synchronized void handler(MessageHandler taker) {
        handler = taker;
        while (!beforeHandler.isEmpty()) {
            start(beforeHandler.remove(), taker);
        }
    }

    /** Safe when the app is done with the message, or was before; to come again if it could not be handed over or noted. */
    @Override
    public Handover deliver(PeerId from, MessageId id, byte[] payload, Tier tier) {
        Waiting waiting =
                new Waiting(new Key(from, id), payload, tier, new CompletableFuture<>(), new CompletableFuture<>());
        synchronized (this) {
            Handover running = inFlight.get(waiting.key());
            if (running != null) {
                return running;
            }
            if (closed) {
                return Handover.failed(new TransportClosedException("The transport"));
            }
            if (store.isDelivered(from, id)) { // from memory
                return Handover.done();
            }
            inFlight.put(waiting.key(), waiting.handover());
        }
        handOver(waiting);
        return waiting.handover();
    }

    private void handOver(Waiting waiting) {
        MessageHandler taker;
        synchronized (this) {
            taker = handler;
            if (!closed && taker == null) {
                beforeHandler.add(waiting);
                return;
            }
        }
        if (taker == null) {
            finish(waiting, new TransportClosedException("The transport"));
        } else {
            start(waiting, taker); // which finds out itself if we were closed meanwhile
        }
    }

    private void start(Waiting waiting, MessageHandler taker) {
        try {
            handlers.execute(() -> run(waiting, taker));
        } catch (RejectedExecutionException e) {
            LOG.warn(
                    "The handler executor takes no more; message {} will come again",
                    waiting.key().id());
            finish(waiting, e);
        }
    }

    private void run(Waiting waiting, MessageHandler taker) {
        Key key = waiting.key();
        if (!begin(key)) {
            finish(waiting, new TransportClosedException("The transport"));
            return;
        }
        boolean again;
        try {
            again = store.beginHandling(key.from(), key.id(), clock.instant());
        } catch (RuntimeException e) {
            end();
            finish(waiting, reported(key, e));
            return;
        }
        try {
            taker.onMessage(key.from(), waiting.message(again));
        } catch (RuntimeException | Error e) {
            counters.handlerFailures.increment();
            if (!failureLogged) {
                failureLogged = true; // the first is logged, all are counted: the sender decides how many there are
                LOG.error("The message handler threw; the message counts as delivered, later ones are only counted", e);
            }
        } finally {
            end();
            waiting.handled().complete(null);
        }
        var unused = store.markDeliveredSoon(
                        key.from(), key.id(), clock.instant().plus(REMEMBER))
                .whenComplete((first, failure) -> finish(waiting, reported(key, failure)));
    }

    private @Nullable Throwable reported(Key key, @Nullable Throwable failure) {
        if (failure == null) {
            return null;
        }
        if (isClosed()) {
            LOG.debug("The store was closed while message {} was handled", key.id());
        } else {
            LOG.warn("Message {} can not be noted as delivered; it will come again", key.id(), failure);
        }
        return failure;
    }

    private synchronized boolean begin(Key key) {
        if (!closed) {
            handling.put(Thread.currentThread(), key);
        }
        return !closed;
    }

    private synchronized void end() {
        handling.remove(Thread.currentThread());
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private void noteNow(Key key) {
        try {
            store.markDelivered(key.from(), key.id(), clock.instant().plus(REMEMBER));
        } catch (RuntimeException e) {
            LOG.warn("Message {} can not be noted as delivered; it will come again", key.id(), e);
        }
    }

    private void finish(Waiting waiting, @Nullable Throwable failure) {
        synchronized (this) {
            inFlight.remove(waiting.key());
        }
        waiting.handled().complete(null);
        if (failure == null) {
            waiting.done().complete(null);
        } else {
            waiting.done().completeExceptionally(failure);
        }
    }

    /** Whether the calling thread is running the handler. */
    synchronized boolean isHandling() {
        return handling.containsKey(Thread.currentThread());
    }

    /** Lets no further handler begin; the store must still be open. Idempotent. */
    void close() {
        List<Waiting> left;
        Key own;
        synchronized (this) {
            closed = true;
            own = handling.get(Thread.currentThread());
            left = List.copyOf(beforeHandler);
            beforeHandler.clear();
        }
        if (own != null) {
            // Closed by its handler: what a message wanted was done, and it must not close the next transport, too.
            noteNow(own);
        }
        left.forEach(waiting -> finish(waiting, new TransportClosedException("The transport")));
    }
}
