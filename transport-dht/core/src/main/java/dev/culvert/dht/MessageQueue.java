package dev.culvert.dht;

import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.QueueFullException;
import dev.culvert.transport.TransportClosedException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Carries messages to peers that are away: on the sender's disk and in the DHT until the receiver acknowledges them or
 * their life is over. Delivered at least once, in the order of each sender, and the same id only once while it is
 * remembered. Calls come from any thread and do not block; all work is done on its thread {@code culvert-queue}, which
 * ends with {@link #close}; engine and store stay the caller's.
 *
 * <p>What watching costs: a look at a sender takes 1.4 gets on average. At most 32 senders with traffic in the last minute
 * are looked at every 2 s or sooner ({@link QueueConfig#pollInterval}), with 29 gets per second at most; the looks at all others
 * together take no more than 20 ({@link QueueConfig#quietGetsPerSecond}), so that of 1000 quiet senders each is looked at
 * every 72 s. Up to 400 quiet senders are looked at every 30 s. The acknowledgement for each watched sender is put twice in
 * each {@link QueueConfig#republishPeriod}, which for 1000 is 1.1 puts per second.
 */
public final class MessageQueue implements AutoCloseable {
    /** The largest message that is queued, in bytes; an engine may take less. */
    public static final int MAX_MESSAGE_BYTES = 256 << 10;

    private static final Duration PRUNE_PERIOD = Duration.ofHours(1);

    private final Identity self;
    private final Dht dht;
    private final QueueConfig config;
    private final Clock clock;
    private final TaskLoop<QueueTask> loop;
    private final QueueContext context;
    private final PostQuantum postQuantum; // in effect
    private final SealingKeyOffers offers;
    private final SealingKeys sealingKeys;
    private final Outbox outbox;
    private final Inbox inbox;
    private final EventCounters<RejectReason> rejected = new EventCounters<>(RejectReason.class);
    private final EventCounters<QueueEvent> events = new EventCounters<>(QueueEvent.class);
    private final PendingFutures pending = new PendingFutures("The message queue");

    private MessageQueue(
            Identity self, Dht dht, MessageStore store, QueueConfig config, PostQuantum postQuantum, Clock clock) {
        this.self = self;
        this.dht = dht;
        this.config = config;
        this.clock = clock;
        this.loop = new TaskLoop<>("culvert-queue", clock, this::run);
        this.context = new QueueContext(
                self,
                dht,
                store,
                config,
                loop,
                new SequenceSource(clock),
                new RecordOpener(self, dht.capabilities().maxValueBytes(), rejected),
                new PollSchedule(RandomGenerator.of("L64X128MixRandom")),
                events);
        this.postQuantum = postQuantum;
        this.offers = new SealingKeyOffers(context, postQuantum);
        this.sealingKeys = new SealingKeys(context, postQuantum, this::isSentTo);
        this.outbox = new Outbox(context, sealingKeys);
        this.inbox = new Inbox(context);
    }

    /**
     * Opens a queue and takes up what an earlier one left in the store.
     *
     * @param self who sends and receives
     * @param dht the engine, joined to its network
     * @param store on disk, used by this queue only; close it after the queue
     * @param clock gives expiry times, sequence numbers and schedules
     * @throws StoreUnreadableException if what the store holds can not be read
     * @throws PostQuantumUnavailableException if post-quantum sealing is required and the engine has no room for it
     */
    public static MessageQueue open(Identity self, Dht dht, MessageStore store, QueueConfig config, Clock clock) {
        PostQuantum postQuantum = PostQuantumLimits.inEffect(config, dht.capabilities(), clock.instant());
        MessageQueue queue = new MessageQueue(self, dht, store, config, postQuantum, clock);
        CompletableFuture<Boolean> resumed = queue.submit(result -> {
            queue.outbox.resume();
            queue.inbox.resume();
            queue.loop.at(new QueueTask.Prune(self.peerId()), queue.loop.now());
            result.complete(true);
        });
        try {
            resumed.join();
            return queue;
        } catch (CompletionException e) {
            queue.close();
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /**
     * Takes a message for a peer. It is on disk when the future completes. It is then put into the DHT, which may take many
     * seconds, and put again until it is acknowledged, as long as this queue, or a later one on the same store, is open.
     *
     * @param id names the message at the receiver, too; a second one with the same id is dropped there
     * @param payload copied before this returns
     * @return fails with {@link MessageTooLargeException}, with {@link QueueFullException}, with
     *     {@link StoreUnreadableException} when the disk fails, and with {@link TransportClosedException}
     */
    public CompletableFuture<Void> enqueue(PeerId to, MessageId id, byte[] payload) {
        int limit = maxMessageBytes();
        if (payload.length > limit) {
            return CompletableFuture.failedFuture(new MessageTooLargeException(
                    payload.length,
                    limit,
                    "the message queue on the " + dht.capabilities().engine() + " DHT"));
        }
        if (pending.size() >= config.quotaTotal()) {
            events.count(QueueEvent.REFUSED_FULL);
            return CompletableFuture.failedFuture(
                    new QueueFullException(pending.size() + " messages are still being taken; wait for their futures"));
        }
        byte[] copy = payload.clone();
        return submit(result -> {
            RecordKeys keys = RecordKeys.between(self, to);
            outbox.enqueue(to, keys, id, copy, result);
            sealingKeys.wanted(to, keys);
            inbox.sentTo(to);
        });
    }

    /**
     * The largest message that is taken, in bytes: {@value #MAX_MESSAGE_BYTES}, or what fits into one value of the engine; a
     * {@link SplittingDht} has room for all. Post-quantum sealing takes 1088 bytes of the value.
     */
    public int maxMessageBytes() {
        int limit = SealedRecord.maxPayload(
                PostQuantumLimits.suite(postQuantum),
                dht.capabilities().maxValueBytes(),
                clock.millis(),
                clock.instant().plus(config.messageLife()));
        return Math.min(MAX_MESSAGE_BYTES, Math.max(0, limit - QueueEnvelope.HEADER_LENGTH));
    }

    /** Sets the handler for incoming messages; until then none is fetched. */
    public void onMessage(QueueHandler handler) {
        loop.execute(() -> inbox.handler(handler));
    }

    /**
     * Sets what is told of messages that were given up, on the queue's thread: the receiver and the message's id. Of those
     * whose time was over before this queue was opened it is told, too, if it is set within a minute. Told at least once: a
     * crash may repeat it.
     */
    public void onExpired(BiConsumer<PeerId, MessageId> listener) {
        loop.execute(() -> outbox.onExpired(listener));
    }

    /**
     * Looks for messages of a peer from now on.
     *
     * @throws dev.culvert.transport.TransportException if the peer's agreement key is not usable
     */
    public void watch(PeerId from) {
        RecordKeys keys = RecordKeys.between(self, from);
        loop.execute(() -> {
            inbox.watch(from, keys);
            offers.watch(from, keys);
        });
    }

    /** Looks for messages of a peer no more. What was delivered stays acknowledged. */
    public void unwatch(PeerId from) {
        loop.execute(() -> {
            inbox.unwatch(from);
            offers.unwatch(from);
        });
    }

    /**
     * Leaves every message with keepers, too, which put it while we are away; see {@link Keeper}. Messages for the keepers
     * themselves are not left with any.
     *
     * @param keepers one, or several; those given before stay
     */
    public void useKeepers(Set<PeerId> keepers, KeeperLine line) {
        Set<PeerId> copy = Set.copyOf(keepers);
        loop.execute(() -> outbox.useKeepers(copy, line));
    }

    /**
     * Takes what a keeper sent.
     *
     * @param keeper authenticated by whatever carried it
     */
    public void keeperAnswered(PeerId keeper, byte[] answer) {
        if (answer.length != KeeperMessage.ANSWER_LENGTH) {
            events.count(QueueEvent.BAD_ANSWER); // here, as what waits for a busy queue must not be large
            return;
        }
        loop.execute(() -> outbox.keepers().answered(keeper, answer));
    }

    /**
     * Completes when each message that waits is with a keeper; what an app may wait for before it is suspended. Fails without a
     * keeper; for a message that all refuse it waits until that is acknowledged or given up.
     */
    public CompletableFuture<Void> whenKept() {
        return submit(result -> outbox.keepers().whenKept(result));
    }

    /** For tests in virtual time: whether all is done that was to be done by now. */
    CompletableFuture<Boolean> idle() {
        return submit(result -> result.complete(loop.isIdle()));
    }

    /** The number of messages for a peer that it has not acknowledged. */
    public CompletableFuture<Integer> outstanding(PeerId to) {
        return submit(result -> result.complete(outbox.size(to)));
    }

    /**
     * The oldest messages that wait for a peer, for one who has another way to it: in order, and as many as have so many
     * bytes together, but one at least if any waits. They go on waiting until {@link #deliveredElsewhere}, or an
     * acknowledgement.
     */
    public CompletableFuture<List<QueuedMessage>> oldest(PeerId to, int maxBytes) {
        return submit(result -> result.complete(outbox.oldest(to, maxBytes)));
    }

    /**
     * The peer has these messages by another way: the oldest ones that wait and are among them wait no more.
     *
     * @return how many that were
     */
    public CompletableFuture<Integer> deliveredElsewhere(PeerId to, Set<MessageId> ids) {
        Set<MessageId> copy = Set.copyOf(ids);
        return submit(result -> result.complete(outbox.deliveredElsewhere(to, copy)));
    }

    /** The records that were dropped, by reason. */
    public Map<RejectReason, Long> rejected() {
        return rejected.snapshot();
    }

    /** What happened so far. */
    public Map<QueueEvent, Long> events() {
        return events.snapshot();
    }

    private <T> CompletableFuture<T> submit(Consumer<CompletableFuture<T>> action) {
        CompletableFuture<T> result = pending.create();
        boolean accepted = loop.execute(() -> {
            try {
                action.accept(result);
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        if (!accepted) {
            pending.close();
        }
        return result;
    }

    private boolean isSentTo(PeerId peer) {
        return outbox.size(peer) > 0;
    }

    private void run(QueueTask task) {
        if (task instanceof QueueTask.Put put) {
            outbox.put(put);
        } else if (task instanceof QueueTask.Remove remove) {
            outbox.remove(remove);
        } else if (task instanceof QueueTask.PollAck poll) {
            outbox.pollAck(poll);
        } else if (task instanceof QueueTask.Expire expire) {
            outbox.expire(expire);
        } else if (task instanceof QueueTask.AskKeeper ask) {
            outbox.keepers().ask(ask);
        } else if (task instanceof QueueTask.PollInbox poll) {
            inbox.poll(poll);
        } else if (task instanceof QueueTask.PublishAck publish) {
            inbox.publishAck(publish);
        } else if (task instanceof QueueTask.FindSealingKey find) {
            sealingKeys.find(find);
        } else if (task instanceof QueueTask.PublishSealingKey publish) {
            offers.publish(publish);
        } else if (task instanceof QueueTask.Prune prune) {
            int unused = context.store().prune(loop.now());
            loop.after(prune, PRUNE_PERIOD);
        }
    }

    /** Ends the work and the thread; waits at most 1 s. Messages on disk stay there. Idempotent. */
    @Override
    public void close() {
        loop.close();
        pending.close();
    }
}
