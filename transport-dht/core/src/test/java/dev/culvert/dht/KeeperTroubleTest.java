package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sender does when its keepers fail, refuse, answer late or lie. The clock stands until a test moves it. */
class KeeperTroubleTest {
    private static final PeerId KEEPER = Identity.generate().peerId();
    private static final PeerId OTHER_KEEPER = Identity.generate().peerId();

    @TempDir
    private Path directory;

    private final TestClock clock = TestClock.standingAt(KeptPeers.BEGIN);
    private final MemoryNetwork network = new MemoryNetwork(clock);
    private final Identity alice = Identity.generate();
    private final Identity bob = Identity.generate();
    private final List<KeeperMessage> asked = new ArrayList<>(); // guarded by itself
    private QueuePeer sender;

    /** What the keepers do with a request; told on the queue's thread. */
    private volatile Function<KeeperMessage, CompletableFuture<Void>> keeper = request -> done();

    private static CompletableFuture<Void> done() {
        return CompletableFuture.completedFuture(null);
    }

    private static CompletableFuture<Void> away() {
        return CompletableFuture.failedFuture(new IllegalStateException("The keeper is away"));
    }

    @BeforeEach
    void open() {
        sender = new QueuePeer(alice, network, directory.resolve("alice"), KeptPeers.QUEUE, clock);
        useKeeper(KEEPER);
    }

    private void useKeeper(PeerId id) {
        sender.queue.useKeepers(Set.of(id), (to, request) -> {
            KeeperMessage message = KeeperMessage.decode(request).orElseThrow();
            synchronized (asked) {
                asked.add(message);
            }
            return keeper.apply(message);
        });
    }

    @AfterEach
    void close() {
        sender.close();
    }

    private void answer(KeeperMessage request, KeeperVerdict verdict) {
        KeeperMessage.Keep keep = (KeeperMessage.Keep) request;
        sender.queue.keeperAnswered(
                KEEPER, new KeeperMessage.Answer(keep.slot().slot(), keep.sequence(), verdict).encode());
    }

    private void answerAll(Function<Integer, KeeperVerdict> verdict) {
        keeper = request -> {
            if (request instanceof KeeperMessage.Keep) {
                answer(request, verdict.apply(keeps().size() - 1));
            }
            return done();
        };
    }

    private List<KeeperMessage.Keep> keeps() {
        synchronized (asked) {
            return asked.stream()
                    .filter(KeeperMessage.Keep.class::isInstance)
                    .map(KeeperMessage.Keep.class::cast)
                    .toList();
        }
    }

    private List<KeeperMessage.Dropped> drops() {
        synchronized (asked) {
            return asked.stream()
                    .filter(KeeperMessage.Drop.class::isInstance)
                    .flatMap(drop -> ((KeeperMessage.Drop) drop).records().stream())
                    .toList();
        }
    }

    private static KeeperMessage.Dropped dropOf(KeeperMessage.Keep keep) {
        return new KeeperMessage.Dropped(keep.slot().slot(), keep.sequence());
    }

    private void send(String text) {
        Eventually.get(sender.send(bob.peerId(), text));
    }

    private void settle() {
        for (int quiet = 0; quiet < 20; ) {
            quiet = Eventually.get(sender.queue.idle()) ? quiet + 1 : 0;
        }
    }

    private void pass(Duration time) {
        clock.move(time);
        settle();
    }

    private boolean isKept() {
        CompletableFuture<Void> kept = sender.queue.whenKept();
        settle();
        return kept.isDone();
    }

    /** Puts what the receiver puts when it has all messages before this index. */
    private void acknowledge(long next) {
        OutboxState state = sender.store.outboxes().get(bob.peerId());
        WritableSlot slot = RecordKeys.between(bob, alice.peerId()).ackToPeer();
        long sequence = clock.millis();
        byte[] ack = new QueueAck(state.generation(), next).encode();
        byte[] record = SealedRecord.seal(
                bob,
                alice.peerId(),
                slot.slot().key(),
                sequence,
                clock.instant().plus(Duration.ofDays(6)),
                ack);
        try (Dht node = MemoryDht.join(network)) {
            Eventually.get(node.put(slot, sequence, record, Duration.ofHours(2)));
        }
    }

    private int outstanding() {
        return Eventually.get(sender.queue.outstanding(bob.peerId()));
    }

    @Test
    void shouldAskAgainAfterAFailureOfWhichTheMessageIsGone() {
        keeper = request -> away();
        send("acknowledged while the keeper is away");
        settle();
        assertEquals(1, keeps().size());
        acknowledge(1);
        pass(Duration.ofMinutes(30));
        assertEquals(0, outstanding());
        pass(Duration.ofMinutes(30)); // the keeper's turn comes, and there is nothing to ask

        answerAll(number -> KeeperVerdict.KEPT);
        send("the next one");
        pass(Duration.ofMinutes(30));
        pass(Duration.ofMinutes(30));

        assertTrue(isKept(), "the keeper was asked " + keeps().size() + " times");
    }

    @Test
    void shouldNotAskWithoutEndAKeeperThatIsFull() {
        answerAll(number -> KeeperVerdict.FULL);
        for (int i = 0; i < 20; i++) {
            send("message " + i);
        }
        settle();
        int before = keeps().size();
        settle();
        settle();

        assertEquals(before, keeps().size(), "goes on asking while no time passes");
        assertTrue(before <= 40, before + " requests for 20 messages");
    }

    @Test
    void shouldNotSayKeptBecauseOfOthersThatAreGone() {
        // The second of three is kept, the first and the last are not; then the first two are acknowledged at once.
        answerAll(number -> number == 1 ? KeeperVerdict.KEPT : KeeperVerdict.REFUSED);
        send("one");
        send("two");
        send("three");
        settle();
        assertEquals(3, keeps().size());
        CompletableFuture<Void> kept = sender.queue.whenKept();
        settle();
        assertFalse(kept.isDone());

        acknowledge(2);
        pass(Duration.ofMinutes(30));

        assertEquals(1, outstanding());
        assertFalse(kept.isDone(), "the third one is not kept");
    }

    @Test
    void shouldTellAKeeperToDropWhatWasAcknowledgedWhileTheRequestWasOnItsWay() {
        CompletableFuture<Void> onItsWay = new CompletableFuture<>();
        keeper = request -> request instanceof KeeperMessage.Keep ? onItsWay : done();
        send("acknowledged soon");
        settle();
        assertEquals(1, keeps().size());
        acknowledge(1);
        pass(Duration.ofMinutes(30));
        assertEquals(0, outstanding());

        onItsWay.complete(null);
        settle();
        pass(Duration.ofMinutes(30));

        assertEquals(List.of(dropOf(keeps().get(0))), drops());
    }

    @Test
    void shouldNotCountWhatIsForAPeerThatBecameAKeeper() {
        answerAll(number -> number == 0 ? KeeperVerdict.KEPT : KeeperVerdict.REFUSED);
        Eventually.get(sender.send(OTHER_KEEPER, "for one that is no keeper yet"));
        settle();
        assertTrue(isKept());
        useKeeper(OTHER_KEEPER);
        send("refused");
        settle();

        assertFalse(isKept());
        assertEquals(1, sender.count(QueueEvent.KEPT));
    }

    @Test
    void shouldTakeBackWhatMayNotBePutAnyMoreAsItWasSealed() {
        answerAll(number -> KeeperVerdict.KEPT);
        sender.close();
        sender = open(PostQuantum.PREFERRED);
        send("sealed with X25519, as the receiver has no other key");
        settle();
        assertEquals(1, keeps().size());
        sender.close();

        sender = open(PostQuantum.REQUIRED);
        settle();

        assertEquals(List.of(dropOf(keeps().get(0))), List.copyOf(Set.copyOf(drops())));
        assertFalse(isKept());
    }

    private QueuePeer open(PostQuantum choice) {
        QueueConfig config = QueueConfig.builder()
                .pollInterval(Duration.ofMinutes(5), Duration.ofMinutes(20))
                .postQuantum(choice)
                .build();
        QueuePeer peer = new QueuePeer(alice, network, directory.resolve("alice"), config, clock);
        sender = peer;
        useKeeper(KEEPER);
        return peer;
    }

    @Test
    void shouldNotGatherLargeAnswersWhileItIsBusy() {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        keeper = request -> {
            busy.countDown();
            await(go);
            return done();
        };
        send("one");
        await(busy);

        sender.queue.keeperAnswered(KEEPER, new byte[1 << 20]);
        long counted = sender.count(QueueEvent.BAD_ANSWER);
        go.countDown();

        assertEquals(1, counted);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldGoOnAfterAnErrorOfTheListenerForExpiredMessages() {
        List<String> told = new CopyOnWriteArrayList<>();
        sender.queue.onExpired((to, id) -> {
            told.add("expired");
            throw new LinkageError("of the app");
        });
        send("one");
        settle();
        pass(Duration.ofDays(8));

        assertEquals(List.of("expired"), told);
        assertEquals(0, outstanding());
    }
}
