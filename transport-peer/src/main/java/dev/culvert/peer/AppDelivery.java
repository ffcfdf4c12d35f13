package dev.culvert.peer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.culvert.dht.MessageStore;
import dev.culvert.transport.MessageHandler;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.ReceivedMessage;
import dev.culvert.transport.Tier;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands messages to the app, once each, whichever way they came: a copy that comes by another way while the handler
 * runs waits for it, a later one is dropped, across restarts too. A message counts as delivered when the handler has
 * returned and that is on disk, so a crash in between repeats it and loses nothing. Thread-safe.
 */
final class AppDelivery {
    /** A queued message lives seven days at most; a day more for clocks that differ. */
    private static final Duration REMEMBER = Duration.ofDays(8);

    private static final Logger LOG = LoggerFactory.getLogger(AppDelivery.class);

    private record Key(PeerId from, MessageId id) {}

    private record Waiting(Key key, ReceivedMessage message, CompletableFuture<Void> done) {}

    private final MessageStore store;
    private final Executor handlers;
    private final Clock clock;
    private final SessionCounters counters;

    @GuardedBy("this")
    private final Map<Key, CompletableFuture<Void>> inFlight = new HashMap<>();

    @GuardedBy("this")
    private final Deque<Waiting> beforeHandler = new ArrayDeque<>();

    @GuardedBy("this")
    private @Nullable MessageHandler handler;

    AppDelivery(MessageStore store, Executor handlers, Clock clock, SessionCounters counters) {
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

    /** Completes when the app is done with the message, or was before; fails if it could not be handed over or noted. */
    synchronized CompletionStage<Void> deliver(PeerId from, MessageId id, byte[] payload, Tier tier) {
        Key key = new Key(from, id);
        CompletableFuture<Void> running = inFlight.get(key);
        if (running != null) {
            return running;
        }
        if (store.isDelivered(from, id)) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        inFlight.put(key, done);
        Waiting waiting = new Waiting(key, new ReceivedMessage(id, payload, tier, false), done);
        if (handler == null) {
            beforeHandler.add(waiting);
        } else {
            start(waiting, handler);
        }
        return done;
    }

    private void start(Waiting waiting, MessageHandler taker) {
        try {
            handlers.execute(() -> run(waiting, taker));
        } catch (RejectedExecutionException e) {
            finish(waiting, e);
        }
    }

    private void run(Waiting waiting, MessageHandler taker) {
        Key key = waiting.key();
        try {
            taker.onMessage(key.from(), waiting.message());
        } catch (RuntimeException e) {
            counters.handlerFailures.increment();
            LOG.error("The message handler threw for message {}; it counts as delivered", key.id(), e);
        }
        try {
            store.markDelivered(key.from(), key.id(), clock.instant().plus(REMEMBER));
            finish(waiting, null);
        } catch (RuntimeException e) {
            LOG.warn("Message {} can not be noted as delivered; it will come again", key.id(), e);
            finish(waiting, e);
        }
    }

    private void finish(Waiting waiting, @Nullable RuntimeException failure) {
        synchronized (this) {
            inFlight.remove(waiting.key());
        }
        if (failure == null) {
            waiting.done().complete(null);
        } else {
            waiting.done().completeExceptionally(failure);
        }
    }
}
