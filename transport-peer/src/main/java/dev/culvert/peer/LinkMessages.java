package dev.culvert.peer;

import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.SendResult;
import dev.culvert.transport.Tier;
import dev.culvert.transport.TransportClosedException;
import dev.culvert.transport.TransportException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The messages for one peer on their way out: waiting for a connection, on a session, or handed to the queue. They keep
 * their order whichever way they take. Event loop only; lives as long as its link.
 */
final class LinkMessages {
    private final LinkServices services;
    private final PeerId peer;
    private final Deque<OutboundMessage> waiting = new ArrayDeque<>();
    private final Map<MessageId, OutboundMessage> onSession = new LinkedHashMap<>();
    private @Nullable Attempt live;
    private @Nullable QueueDrain drain;
    private EventLoop.@Nullable Timer deadline;
    private boolean overdue;

    LinkMessages(LinkServices services, PeerId peer) {
        this.services = services;
        this.peer = peer;
    }

    /** Takes a message while there is a connection, or one is being made. */
    void send(OutboundMessage message) {
        if (live != null && drain == null) {
            toSession(live, message);
        } else if (overdue) {
            enqueue(message);
        } else {
            waiting.add(message);
            startDeadline();
        }
    }

    private void toSession(Attempt attempt, OutboundMessage message) {
        onSession.put(message.id(), message);
        attempt.session().send(message.id(), message.payload());
    }

    /** Leaves a message in the queue. */
    void enqueue(OutboundMessage message) {
        var unused = services.queue()
                .enqueue(peer, message.id(), message.payload())
                .whenComplete((done, failure) -> {
                    if (failure == null) {
                        complete(message, Tier.QUEUED);
                    } else {
                        message.result().completeExceptionally(failure);
                    }
                });
    }

    /** Leaves a message in the queue, as no connection may be made; fails for that reason if it is too large to wait there. */
    void enqueueForWantOf(TransportException connection, OutboundMessage message) {
        if (message.payload().length > services.queue().maxMessageBytes()) {
            message.result().completeExceptionally(connection);
        } else {
            enqueue(message);
        }
    }

    private void complete(OutboundMessage message, Tier tier) {
        Duration elapsed = Duration.ofNanos(services.nanoTime().getAsLong() - message.startNanos());
        message.result().complete(new SendResult(message.id(), tier, elapsed));
    }

    boolean isWaiting() {
        return !waiting.isEmpty();
    }

    // ---- the deadline

    private void startDeadline() {
        if (live == null && deadline == null && !waiting.isEmpty()) {
            deadline =
                    services.loop().schedule(this::onDeadline, services.config().queueAfter());
        }
    }

    /** The peer may still be reached; but nothing waits for that any longer, neither what is here nor what comes. */
    private void onDeadline() {
        deadline = null;
        if (live == null) {
            overdue = true;
            enqueueAll();
        }
    }

    private void enqueueAll() {
        while (!waiting.isEmpty()) {
            enqueue(waiting.remove());
        }
    }

    private void endDeadline() {
        overdue = false;
        if (deadline != null) {
            deadline.cancel();
            deadline = null;
        }
    }

    /** No connection is being made any more: to the queue, unless there is one. */
    void giveUp() {
        if (live == null) {
            endDeadline();
            enqueueAll();
        }
    }

    // ---- the connection

    /** Messages go over this connection from now on: those in the queue first, then those that waited here. */
    void carryOver(Attempt attempt) {
        stopDrain();
        takeBackUndelivered();
        endDeadline();
        live = attempt;
        QueueDrain started = new QueueDrain(services, peer, attempt.session(), this::onDrained);
        drain = started;
        started.start();
    }

    private void onDrained() {
        drain = null;
        while (live != null && !waiting.isEmpty()) {
            toSession(live, waiting.remove());
        }
    }

    void onDelivered(MessageId id) {
        if (drain != null && drain.onDelivered(id)) {
            return;
        }
        OutboundMessage message = onSession.remove(id);
        if (message != null && live != null) {
            complete(message, live.info().tier());
        }
    }

    /** The connection is gone; what it did not deliver waits for the next way. */
    void down() {
        live = null;
        stopDrain();
        takeBackUndelivered();
        startDeadline();
    }

    private void stopDrain() {
        if (drain != null) {
            drain.stop();
            drain = null;
        }
    }

    /** What was on a session that is gone goes first on the next way; the receiver knows copies by their ids. */
    private void takeBackUndelivered() {
        List<OutboundMessage> undelivered = List.copyOf(onSession.values());
        onSession.clear();
        for (int i = undelivered.size() - 1; i >= 0; i--) {
            waiting.addFirst(undelivered.get(i));
        }
    }

    /**
     * Everything that is not in the queue fails.
     *
     * @param what was closed, for the error text
     */
    void close(String what) {
        live = null;
        stopDrain();
        endDeadline();
        takeBackUndelivered();
        while (!waiting.isEmpty()) {
            waiting.remove().result().completeExceptionally(new TransportClosedException(what));
        }
    }
}
