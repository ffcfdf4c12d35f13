package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a queue's watches on 1000 senders cost, as {@link MessageQueue} states it. */
class QueueWatchingCostTest {
    private static final int SENDERS = 1_000;
    private static final int ACTIVE = 10;
    private static final QueueConfig CONFIG = QueueConfig.defaults();
    private static final int BUDGET = CONFIG.quietGetsPerSecond();
    private static final Duration SETTLED = Duration.ofMinutes(10);
    private static final Duration HOUR = Duration.ofHours(1);

    /** One get, and in every sixteenth look eight. */
    private static final double GETS_PER_LOOK = 23.0 / 16;

    @TempDir
    private Path directory;

    private final VirtualTime time = new VirtualTime(Instant.parse("2026-11-15T12:00:00Z"));
    private final CountingDht dht = new CountingDht(time);
    private final Identity self = Identity.generate();
    private final List<Identity> senders = new ArrayList<>();
    private final Map<PeerId, Long> nextIndex = new HashMap<>();
    private final Map<PeerId, Instant> deliveredAt = new HashMap<>();
    private MessageStore store;
    private TaskLoop<QueueTask> loop;
    private Inbox inbox;

    @BeforeEach
    void open() {
        store = MessageStore.open(directory);
        loop = new TaskLoop<>(time.clock(), this::run, new EngineThread(time));
        EventCounters<RejectReason> rejected = new EventCounters<>(RejectReason.class);
        inbox = new Inbox(new QueueContext(
                self,
                dht,
                store,
                CONFIG,
                loop,
                new SequenceSource(time.clock()),
                new RecordOpener(self, dht.capabilities().maxValueBytes(), rejected),
                new PollSchedule(new Random(1)),
                new EventCounters<>(QueueEvent.class)));
        loop.execute(() -> inbox.handler((from, id, payload) -> {
            deliveredAt.put(from, time.now());
            return CompletableFuture.completedFuture(null);
        }));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void run(QueueTask task) {
        if (task instanceof QueueTask.PollInbox poll) {
            inbox.poll(poll);
        } else if (task instanceof QueueTask.PublishAck publish) {
            inbox.publishAck(publish);
        }
    }

    private void watch(int count) {
        for (int i = 0; i < count; i++) {
            Identity sender = Identity.generate();
            senders.add(sender);
            loop.execute(() -> inbox.watch(sender.peerId(), RecordKeys.between(self, sender.peerId())));
        }
    }

    private double getsPerSecond(Duration during) {
        long before = dht.gets;
        time.pass(during);
        return (double) (dht.gets - before) / during.toSeconds();
    }

    private void sendFrom(Identity sender) {
        long index = nextIndex.merge(sender.peerId(), 1L, Long::sum) - 1;
        WritableSlot slot = RecordKeys.between(sender, self.peerId()).outboxToPeer(index);
        QueueEnvelope envelope = new QueueEnvelope(1, 0, MessageId.random(), new byte[] {1});
        byte[] record = SealedRecord.seal(
                sender, self.peerId(), slot.slot().key(), index + 1, time.now().plus(HOUR), envelope.encode());
        dht.put(slot, index + 1, record, HOUR);
        deliveredAt.remove(sender.peerId());
    }

    @Test
    void shouldKeepTheIntervalsOfAFewSenders() {
        watch(10);
        time.pass(SETTLED);

        double interval = 0.9 * CONFIG.slowestPollInterval().toSeconds() + 0.3;
        assertEquals(10 * GETS_PER_LOOK / interval, getsPerSecond(HOUR), 0.03);
    }

    @Test
    void shouldNotGoBeyondTheBudgetForQuietSenders() {
        watch(SENDERS);
        time.pass(Duration.ofSeconds(10));

        assertTrue(
                dht.gets <= 2L * BUDGET * PollBudget.BURST_SECONDS + CONFIG.lookAhead(),
                "the first looks: " + dht.gets);
        assertEquals(BUDGET, getsPerSecond(SETTLED), 0.1);
        assertEquals(BUDGET, getsPerSecond(HOUR), 0.02);
        assertEquals(
                2.0 * SENDERS, dht.puts / (HOUR.plus(SETTLED).toMinutes() / 30.0), 0.9 * SENDERS, "acknowledgements");
    }

    @Test
    void shouldDeliverOfEveryQuietSenderInTurn() {
        watch(SENDERS);
        time.pass(SETTLED);

        senders.stream().limit(50).forEach(this::sendFrom);
        time.pass(Duration.ofSeconds(90)); // 1000 times 1.44 gets at 20 a second are 72

        assertEquals(50, deliveredAt.size());
    }

    @Test
    void shouldDeliverOfAnActiveSenderWithinTwoSecondsWhileTheOthersAreSlow() {
        watch(SENDERS);
        time.pass(SETTLED);
        List<Identity> active = senders.subList(SENDERS - ACTIVE, SENDERS);
        active.forEach(this::sendFrom);
        time.pass(Duration.ofMinutes(2));
        active.forEach(sender -> loop.execute(() -> inbox.sentTo(sender.peerId())));

        for (Identity sender : active) {
            sendFrom(sender);
            Instant sent = time.now();
            time.pass(Duration.ofSeconds(4));
            Duration took = Duration.between(sent, deliveredAt.get(sender.peerId()));
            assertTrue(took.compareTo(CONFIG.pollInterval().plus(CountingDht.GET_TIME)) <= 0, took::toString);
        }
        double most =
                BUDGET + ACTIVE * 1.6 / 1.6; // looks at the end of each minute read the window a little more often
        double rate = getsPerSecond(Duration.ofSeconds(20));
        assertTrue(rate > BUDGET && rate <= most, rate + " gets per second, at most " + most);
    }

    @Test
    void shouldFetchManyMessagesOfOneSenderAtOnce() {
        watch(1);
        time.pass(SETTLED);
        for (int i = 0; i < 17; i++) {
            sendFrom(senders.get(0));
        }
        time.pass(CONFIG.slowestPollInterval());
        long before = dht.gets;
        time.pass(Duration.ofSeconds(1));

        assertEquals(17, store.inbox(senders.get(0).peerId()).orElseThrow().next());
        assertTrue(dht.gets - before <= 2, "all were fetched with one get and some whole windows");
    }
}
