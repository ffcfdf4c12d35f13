package dev.culvert.peer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.culvert.dht.MessageStore;
import dev.culvert.dht.UnhandledMessage;
import dev.culvert.peer.internal.session.Handover;
import dev.culvert.transport.MessageHandler;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.Tier;
import dev.culvert.transport.TransportClosedException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands messages to the app, once each, whichever way they came: a copy that comes by another way while the handler
 * runs waits for it, a later one is dropped, across restarts too. A message is safe when the handler has returned and that
 * is on disk; or, where the app has not asked for {@link Confirmation#WHEN_HANDLED}, as soon as the message itself is on
 * disk, which it is if the handler takes longer than {@link #PATIENCE}. A crash in between repeats it, with a mark, and
 * loses nothing. Thread-safe. After {@link #close} no handler begins; what is not safe by then stays with its sender.
 */
final class AppDelivery implements Inlet {
    /** A handler that is quicker saves a message the way to the disk. */
    static final Duration PATIENCE = Duration.ofMillis(50);

    /** After so long a message is given to the app again, where that could not be done. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    /** Bytes of unhandled messages on disk; beyond them a message is safe when it is handled, and senders wait for that. */
    private static final long MAX_KEPT_BYTES = 256L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(AppDelivery.class);

    private final DeliveryNotes notes;
    private final InOrder handlers;
    private final EventLoop loop;
    private final LongSupplier nanoTime;
    private final Confirmation confirmation;
    private final LinkCounters counters;

    /** In the order they came. */
    @GuardedBy("this")
    private final Map<WaitingMessage.Key, WaitingMessage> inFlight = new LinkedHashMap<>();

    @GuardedBy("this")
    private long nextOrdinal = 1;

    @GuardedBy("this")
    private long keptBytes;

    @GuardedBy("this")
    private boolean lookPlanned;

    @GuardedBy("this")
    private final Deque<WaitingMessage> beforeHandler = new ArrayDeque<>();

    @GuardedBy("this")
    private @Nullable MessageHandler handler;

    private volatile boolean failureLogged;

    @GuardedBy("this")
    private boolean closed;

    /** What the handler runs for, so that it can close the transport and not see the message again. */
    @GuardedBy("this")
    private final Map<Thread, WaitingMessage.Key> handling = new HashMap<>();

    /**
     * Takes up what an earlier run left on disk.
     *
     * @param loop for its timer
     * @param nanoTime the clock of that timer
     */
    AppDelivery(
            MessageStore store,
            Executor handlers,
            Clock clock,
            EventLoop loop,
            LongSupplier nanoTime,
            Confirmation confirmation,
            LinkCounters counters) {
        this.notes = new DeliveryNotes(store, clock);
        this.handlers = new InOrder(handlers);
        this.loop = loop;
        this.nanoTime = nanoTime;
        this.confirmation = confirmation;
        this.counters = counters;
        store.unhandled().forEach(this::resume);
    }

    private synchronized void resume(UnhandledMessage kept) {
        WaitingMessage waiting =
                new WaitingMessage(kept.from(), kept.id(), kept.payload(), kept.tier(), nanoTime.getAsLong());
        waiting.ordinal = kept.ordinal();
        waiting.safe.complete(null);
        nextOrdinal = kept.ordinal() + 1;
        keptBytes += kept.payload().length;
        inFlight.put(waiting.key, waiting);
        beforeHandler.add(waiting);
    }

    /** Sets the handler; what came before goes to it first. */
    void handler(MessageHandler taker) {
        List<Runnable> begun = new ArrayList<>();
        synchronized (this) {
            handler = taker;
            while (!beforeHandler.isEmpty()) {
                begun.add(place(beforeHandler.remove(), taker));
            }
        }
        begun.forEach(Runnable::run);
    }

    @Override
    public Handover deliver(PeerId from, MessageId id, byte[] payload, Tier tier) {
        WaitingMessage waiting = new WaitingMessage(from, id, payload, tier, nanoTime.getAsLong());
        Runnable begun = () -> {};
        synchronized (this) {
            WaitingMessage running = inFlight.get(waiting.key);
            if (running != null) {
                return running.handover;
            }
            if (closed) {
                return Handover.failed(new TransportClosedException("The transport"));
            }
            if (notes.isDelivered(waiting.key)) {
                return Handover.done();
            }
            inFlight.put(waiting.key, waiting);
            planLook();
            MessageHandler taker = handler;
            if (taker == null) {
                beforeHandler.add(waiting);
            } else {
                begun = place(waiting, taker);
            }
        }
        begun.run(); // finds out itself if we were closed meanwhile
        return waiting.handover;
    }

    // ---- what the handler takes long for

    @GuardedBy("this")
    private void planLook() {
        if (!lookPlanned && confirmation == Confirmation.WHEN_STORED) {
            lookPlanned = true;
            var unused = loop.schedule(this::keepSlowOnes, PATIENCE);
        }
    }

    /** Event loop: writes those to disk that have been in flight for long, so that their senders need not wait. */
    private synchronized void keepSlowOnes() {
        lookPlanned = false;
        long now = nanoTime.getAsLong();
        for (WaitingMessage waiting : inFlight.values()) {
            if (now - waiting.sinceNanos < PATIENCE.toNanos() || closed) {
                break;
            }
            if (waiting.ordinal == 0 && keptBytes + waiting.payload.length <= MAX_KEPT_BYTES) {
                waiting.ordinal = nextOrdinal++;
                keptBytes += waiting.payload.length;
                keep(waiting);
            }
        }
        if (inFlight.values().stream().anyMatch(waiting -> waiting.ordinal == 0)) {
            planLook();
        }
    }

    /** In one step with its ordinal: the write that it is handled, which is no longer waited for, must come behind this one. */
    @GuardedBy("this")
    private void keep(WaitingMessage waiting) {
        var unused = notes.keep(waiting).whenComplete((kept, failure) -> {
            if (failure == null) {
                waiting.safe.complete(null);
            } else {
                reported(waiting.key, failure); // it is safe when it has been handled
            }
        });
    }

    // ---- the handler

    /**
     * Its place among the peer's messages; what is returned gets it handled. The queue's thread and the event loop bring
     * messages, and what one brings must not overtake what the other has begun: so places are given under our lock, and
     * the executor, which may block, is called without it.
     */
    private Runnable place(WaitingMessage waiting, MessageHandler taker) {
        return handlers.add(waiting.key.from(), () -> run(waiting, taker), cause -> putOff(waiting, cause));
    }

    /**
     * It can not be handled now: the executor takes no more, or the disk can not note that it begins. It is tried again in its
     * place, as those behind it must not go first, and its sender waits as for a handler that is slow.
     */
    private boolean putOff(WaitingMessage waiting, Exception cause) {
        if (isClosed()) {
            finish(waiting, cause);
            return false;
        }
        if (!waiting.troubleTold) {
            waiting.troubleTold = true;
            LOG.warn("Message {} can not be handled now; it is tried again every second", waiting.key.id(), cause);
        }
        var unused = loop.schedule(() -> handlers.again(waiting.key.from()), RETRY);
        return true;
    }

    private void run(WaitingMessage waiting, MessageHandler taker) throws InOrder.NotNowException {
        WaitingMessage.Key key = waiting.key;
        if (!begin(key)) {
            finish(waiting, new TransportClosedException("The transport"));
            return;
        }
        boolean again;
        try {
            again = notes.begin(key);
        } catch (RuntimeException e) {
            end();
            throw new InOrder.NotNowException(e);
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
            waiting.handled.complete(null);
        }
        noteHandled(waiting);
    }

    private void noteHandled(WaitingMessage waiting) {
        WaitingMessage.Key key = waiting.key;
        long ordinal;
        synchronized (this) {
            ordinal = waiting.ordinal;
            if (ordinal == 0) {
                waiting.ordinal = -1; // not kept any more: it is noted in a moment
            }
        }
        var unused =
                notes.handled(key, ordinal).whenComplete((first, failure) -> finish(waiting, reported(key, failure)));
    }

    private @Nullable Throwable reported(WaitingMessage.Key key, @Nullable Throwable failure) {
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

    private synchronized boolean begin(WaitingMessage.Key key) {
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

    private void finish(WaitingMessage waiting, @Nullable Throwable failure) {
        synchronized (this) {
            inFlight.remove(waiting.key);
            if (waiting.ordinal > 0) {
                keptBytes -= waiting.payload.length;
            }
        }
        waiting.handled.complete(null);
        if (failure == null) {
            waiting.safe.complete(null);
        } else {
            waiting.safe.completeExceptionally(failure);
        }
    }

    /** Whether the calling thread is running the handler. */
    synchronized boolean isHandling() {
        return handling.containsKey(Thread.currentThread());
    }

    /** Lets no further handler begin; the store must still be open. Idempotent. */
    void close() {
        List<WaitingMessage> left;
        WaitingMessage.Key own;
        long ordinal = 0;
        synchronized (this) {
            closed = true;
            own = handling.get(Thread.currentThread());
            WaitingMessage running = own == null ? null : inFlight.get(own);
            if (running != null) {
                ordinal = running.ordinal;
            }
            left = List.copyOf(beforeHandler);
            beforeHandler.clear();
        }
        if (own != null) {
            // Closed by its handler: what a message wanted was done, and it must not close the next transport, too.
            notes.handledNow(own, ordinal);
        }
        left.forEach(waiting -> finish(waiting, new TransportClosedException("The transport")));
    }
}
