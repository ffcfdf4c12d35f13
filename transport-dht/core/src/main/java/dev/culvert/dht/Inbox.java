package dev.culvert.dht;

import dev.culvert.transport.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receiving half of the queue: looks for the messages of the watched senders, delivers them in order, and
 * acknowledges them. Runs on the queue's thread only, and lives as long as its queue.
 *
 * <p>A look at a sender is one get, that of the next message; the whole window is read after something was found, and in
 * every {@value #WHOLE_WINDOW_EVERY}th look. Senders with traffic are looked at once in the poll interval, all others as
 * often as a {@link PollBudget} allows.
 */
final class Inbox {
    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);

    /** A sender that renumbers without end may not keep us busy without end. */
    private static final Duration AFTER_MOVE = Duration.ofMillis(50);

    /** Of messages that wait here for one before them; beyond it they wait where they are. Small ones do not matter. */
    private static final long MAX_WAITING_BYTES = 16L << 20;

    private static final int SMALL = 2_048;

    /** A sender whose numbering we missed may wait further on; it learns from our acknowledgement, too. */
    static final int WHOLE_WINDOW_EVERY = 16;

    private final QueueContext queue;
    private final PollBudget budget;
    private final Map<PeerId, Lane> lanes = new HashMap<>();
    private @Nullable QueueHandler handler;

    /** The messages of one sender. */
    private static final class Lane {
        final PeerId peer;
        final RecordKeys keys;
        /** Null until the disk, or else our own last acknowledgement, told where we stand. */
        @Nullable
        InboxWindow window;

        Instant lastActivity;
        boolean watched;
        /** Whether the last look found something, so that more may follow. */
        boolean finding;
        /** Whether the time of the next look was set by the budget. */
        boolean reserved;

        long looks;
        /** Where the next message comes: of a quiet sender the same for long, and it takes time to make. */
        @Nullable
        Slot nextSlot;

        long nextSlotIndex;
        boolean delivering;
        boolean publishing;
        boolean publishAgain;
        int pendingReads;
        int handlerFailures;
        int publishFailures;

        Lane(PeerId peer, RecordKeys keys, Instant now) {
            this.peer = peer;
            this.keys = keys;
            this.lastActivity = now;
        }
    }

    Inbox(QueueContext queue) {
        this.queue = queue;
        this.budget = new PollBudget(queue.config().quietGetsPerSecond());
    }

    /** Goes on acknowledging what an earlier run received, whether its senders are watched or not. */
    void resume() {
        Instant now = queue.loop().now();
        queue.store().inboxes().forEach((peer, state) -> {
            queue.sequences().above(state.ackSequence());
            if (state.mayBeAwaited(now)) {
                Lane lane = new Lane(peer, RecordKeys.between(queue.self(), peer), now);
                lane.window = new InboxWindow(state, queue.config().lookAhead());
                lanes.put(peer, lane);
                queue.loop().at(new QueueTask.PublishAck(peer), now);
            }
        });
    }

    void handler(QueueHandler newHandler) {
        handler = newHandler;
        lanes.values().stream().filter(lane -> lane.watched).forEach(this::pollNow);
    }

    void watch(PeerId peer, RecordKeys keys) {
        Lane lane = lanes.computeIfAbsent(
                peer, added -> new Lane(added, keys, queue.loop().now()));
        lane.watched = true;
        lane.lastActivity = queue.loop().now();
        pollNow(lane);
        if (lane.window != null) {
            queue.loop().atLatest(new QueueTask.PublishAck(peer), queue.loop().now());
        }
    }

    void unwatch(PeerId peer) {
        Lane lane = lanes.get(peer);
        if (lane != null) {
            lane.watched = false;
            queue.loop().cancel(new QueueTask.PollInbox(peer)::equals);
        }
    }

    /** Something was sent to this peer, and may be answered. */
    void sentTo(PeerId peer) {
        Lane lane = lanes.get(peer);
        if (lane != null && lane.watched && handler != null) {
            Instant now = queue.loop().now();
            budget.traffic(peer, now);
            queue.loop().atLatest(new QueueTask.PollInbox(peer), now.plus(pollWait(lane)));
        }
    }

    private void pollNow(Lane lane) {
        queue.loop().at(new QueueTask.PollInbox(lane.peer), queue.loop().now());
    }

    void poll(QueueTask.PollInbox task) {
        Lane lane = lanes.get(task.peer());
        if (lane == null || !lane.watched || handler == null) {
            return;
        }
        // In case what follows fails: the sender is looked at again whatever happens.
        queue.loop().after(task, queue.config().slowestPollInterval());
        if (lane.delivering || lane.pendingReads > 0) {
            return;
        }
        if (lane.window == null) {
            queue.store().inbox(lane.peer).ifPresent(state -> openAt(lane, state));
        }
        List<Long> wanted =
                lane.window == null ? List.of() : lane.window.wanted(lane.finding || isWholeWindowDue(lane));
        if (!mayLook(lane, task, lane.window == null ? 1 : wanted.size())) {
            return;
        }
        if (lane.window == null) {
            readOwnAck(lane);
        } else {
            readWindow(lane, wanted);
        }
    }

    private static boolean isWholeWindowDue(Lane lane) {
        return lane.looks % WHOLE_WINDOW_EVERY == WHOLE_WINDOW_EVERY - 1;
    }

    /** Puts the look off when the budget for quiet senders is spent. */
    private boolean mayLook(Lane lane, QueueTask task, int gets) {
        Instant now = queue.loop().now();
        if (gets > 0 && !lane.reserved && !budget.isActive(lane.peer, now)) {
            Instant time = budget.reserve(now, gets);
            if (time.isAfter(now)) {
                lane.reserved = true;
                queue.loop().at(task, time);
                return false;
            }
        }
        lane.reserved = false;
        return true;
    }

    private void readWindow(Lane lane, List<Long> wanted) {
        lane.looks++;
        lane.finding = false;
        lane.pendingReads = wanted.size();
        for (long index : wanted) {
            Slot slot = slotOf(lane, index);
            queue.loop().call(() -> queue.dht().get(slot), (values, failure) -> {
                lane.pendingReads--;
                found(lane, slot, index, values);
                if (lane.pendingReads == 0) {
                    advance(lane, false);
                }
            });
        }
        if (wanted.isEmpty()) {
            advance(lane, false);
        }
    }

    private static Slot slotOf(Lane lane, long index) {
        Slot known = lane.nextSlot;
        if (known != null && lane.nextSlotIndex == index) {
            return known;
        }
        Slot made = lane.keys.outboxFromPeer(index);
        if (lane.window != null && lane.window.isNext(index)) {
            lane.nextSlot = made;
            lane.nextSlotIndex = index;
        }
        return made;
    }

    /** Without a state on disk: our own acknowledgement in the DHT may tell how far we were. */
    private void readOwnAck(Lane lane) {
        lane.pendingReads = 1;
        WritableSlot slot = lane.keys.ackToSelf();
        queue.loop().call(() -> queue.dht().get(slot.slot()), (values, failure) -> {
            lane.pendingReads = 0;
            if (values == null) {
                queue.count(QueueEvent.GET_FAILED);
                queue.loop()
                        .after(
                                new QueueTask.PollInbox(lane.peer),
                                queue.config().pollInterval());
                return;
            }
            InboxState state = queue.opener()
                    .newest(
                            queue.self().peerId(),
                            slot.slot().key(),
                            values,
                            queue.loop().now(),
                            0)
                    .flatMap(record -> QueueAck.decode(record.payload())
                            .map(ack -> new InboxState(ack.generation(), ack.next(), record.sequence(), 0)))
                    .orElse(InboxState.INITIAL);
            queue.store().saveInbox(lane.peer, state);
            openAt(lane, state);
            pollNow(lane);
        });
    }

    private void openAt(Lane lane, InboxState state) {
        queue.sequences().above(state.ackSequence());
        lane.window = new InboxWindow(state, queue.config().lookAhead());
        // Even when nothing was received yet: a sender that counts from elsewhere learns where we wait.
        queue.loop().at(new QueueTask.PublishAck(lane.peer), queue.loop().now());
    }

    private void found(Lane lane, Slot slot, long index, @Nullable List<byte[]> values) {
        InboxWindow window = lane.window;
        if (values == null || window == null) {
            queue.count(QueueEvent.GET_FAILED);
            return;
        }
        for (VerifiedRecord record :
                queue.opener().open(lane.peer, slot.key(), values, queue.loop().now(), 0)) {
            Optional<QueueEnvelope> envelope = QueueEnvelope.decode(record.payload(), index);
            if (envelope.isEmpty()) {
                queue.count(QueueEvent.BAD_ENVELOPE);
            } else if (!window.isNext(index) && !hasRoom(envelope.get())) {
                queue.count(QueueEvent.LEFT_FOR_LATER);
            } else if (!window.offer(index, envelope.get(), record.expiry())) {
                queue.count(QueueEvent.STALE);
            } else {
                lane.finding = true;
            }
        }
    }

    private boolean hasRoom(QueueEnvelope envelope) {
        if (envelope.payload().length <= SMALL) {
            return true;
        }
        long waiting = lanes.values().stream()
                .mapToLong(lane -> lane.window == null ? 0 : lane.window.bytes())
                .sum();
        return waiting + envelope.payload().length <= MAX_WAITING_BYTES;
    }

    private void advance(Lane lane, boolean delivered) {
        InboxWindow window = lane.window;
        if (window == null || lane.delivering) {
            return;
        }
        InboxWindow.Step step = window.step();
        boolean moved = false;
        if (step instanceof InboxWindow.Step.Move move) {
            queue.store().saveInbox(lane.peer, move.state());
            window.state(move.state());
            budget.traffic(lane.peer, queue.loop().now());
            moved = true;
            step = window.step();
        }
        if (step instanceof InboxWindow.Step.Deliver deliver) {
            deliver(lane, window, deliver.envelope(), deliver.expiry());
        } else if (lane.watched) {
            Duration wait = moved ? AFTER_MOVE : delivered ? Duration.ZERO : pollWait(lane);
            queue.loop().after(new QueueTask.PollInbox(lane.peer), wait);
        }
    }

    private Duration pollWait(Lane lane) {
        Instant now = queue.loop().now();
        boolean active = budget.isActive(lane.peer, now);
        return queue.pollWait(active ? Duration.ZERO : Duration.between(lane.lastActivity, now));
    }

    private void deliver(Lane lane, InboxWindow window, QueueEnvelope envelope, Instant expiry) {
        QueueHandler current = handler;
        if (current == null || !lane.watched) {
            return;
        }
        if (queue.store().isDelivered(lane.peer, envelope.id())) {
            queue.count(QueueEvent.DUPLICATE);
            delivered(lane, window, envelope, expiry);
            return;
        }
        lane.delivering = true;
        queue.loop().await(() -> handle(current, lane.peer, envelope), (none, failure) -> {
            lane.delivering = false;
            if (failure == null) {
                queue.count(QueueEvent.DELIVERED);
                lane.handlerFailures = 0;
                delivered(lane, window, envelope, expiry);
            } else {
                lane.handlerFailures++;
                queue.count(QueueEvent.HANDLER_FAILED);
                LOG.warn("The handler failed for message {}; it will be delivered again", envelope.id(), failure);
                queue.loop().after(new QueueTask.PollInbox(lane.peer), queue.retryWait(lane.handlerFailures));
            }
        });
    }

    private static CompletionStage<Void> handle(QueueHandler handler, PeerId from, QueueEnvelope envelope) {
        return handler.onMessage(from, envelope.id(), envelope.payload().clone());
    }

    private void delivered(Lane lane, InboxWindow window, QueueEnvelope envelope, Instant expiry) {
        Instant now = queue.loop().now();
        InboxState next = window.state().delivered(queue.sequences().next(), now);
        queue.store().delivered(lane.peer, envelope.id(), expiry, next);
        window.state(next);
        lane.lastActivity = now;
        budget.traffic(lane.peer, now);
        publishAck(new QueueTask.PublishAck(lane.peer));
        advance(lane, true);
    }

    /** Puts the acknowledgement; one asked for while another is on its way follows it. */
    void publishAck(QueueTask.PublishAck task) {
        Lane lane = lanes.get(task.peer());
        if (lane == null || lane.window == null) {
            return;
        }
        InboxState state = lane.window.state();
        Instant now = queue.loop().now();
        if (!lane.watched && !state.mayBeAwaited(now)) {
            return;
        }
        if (lane.publishing) {
            lane.publishAgain = true;
            return;
        }
        lane.publishing = true;
        byte[] ack = state.ack().encode();
        Instant expiry = now.plus(SignedBody.MAX_LIFE);
        queue.loop()
                .call(
                        () -> queue.seal(lane.peer, lane.keys.ackToPeer(), expiry, ack)
                                .thenCombine(
                                        queue.seal(queue.self().peerId(), lane.keys.ackToSelf(), expiry, ack),
                                        Integer::sum),
                        (stored, failure) -> published(lane, task, now, failure));
    }

    private void published(Lane lane, QueueTask.PublishAck task, Instant began, @Nullable Throwable failure) {
        lane.publishing = false;
        if (failure != null) {
            lane.publishFailures++;
            queue.count(QueueEvent.PUT_FAILED);
            queue.loop().after(task, queue.retryWait(lane.publishFailures));
        } else {
            lane.publishFailures = 0;
            queue.loop().at(task, began.plus(queue.schedule().jittered(queue.republishPeriod())));
        }
        if (lane.publishAgain) {
            lane.publishAgain = false;
            queue.loop().at(task, queue.loop().now());
        }
    }
}
