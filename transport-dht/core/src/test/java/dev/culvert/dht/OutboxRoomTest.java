package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.TransportException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages that wait for room to be put, when those that were to go before them are not put after all. */
class OutboxRoomTest {
    private static final int LARGE = PutRoom.MOST_BYTES / 2;
    private static final int MANY_CALLS = 100;

    /** No record can be numbered then, and so none sealed: as good as a disk that is full. */
    private static final Duration BEYOND_MILLIS = Duration.ofDays(150_000_000_000L);

    @TempDir
    private Path directory;

    private final VirtualTime time = new VirtualTime(Instant.parse("2026-11-15T12:00:00Z"));
    private final CountingDht counting = new CountingDht(time);
    private final TestClock numbers = TestClock.standingAt(time.now());
    private final Identity self = Identity.generate();

    /** The puts that have begun and not ended, each by its slot. */
    private final List<Slot> putting = new ArrayList<>();

    private final List<CompletableFuture<Integer>> ends = new ArrayList<>();
    private final PeerId first = Identity.generate().peerId();
    private final PeerId second = Identity.generate().peerId();
    private final PeerId third = Identity.generate().peerId();
    private MessageStore store;
    private TaskLoop<QueueTask> loop;
    private Outbox outbox;

    @BeforeEach
    void open() {
        store = MessageStore.open(directory);
        loop = new TaskLoop<>(time.clock(), this::run, new EngineThread(time));
        Dht held = new DelegatingDht(counting) {
            @Override
            public CompletableFuture<Integer> put(WritableSlot slot, long sequence, byte[] value, Duration ttl) {
                putting.add(slot.slot());
                CompletableFuture<Integer> end = new CompletableFuture<>();
                ends.add(end);
                return end;
            }
        };
        QueueContext context = new QueueContext(
                self,
                held,
                store,
                QueueConfig.defaults(),
                loop,
                new SequenceSource(numbers),
                new RecordOpener(self, held.capabilities().maxValueBytes(), new EventCounters<>(RejectReason.class)),
                new PollSchedule(new Random(1)),
                new EventCounters<>(QueueEvent.class));
        outbox = new Outbox(context, new SealingKeys(context, PostQuantum.OFF, peer -> true));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void run(QueueTask task) {
        if (task instanceof QueueTask.Put put) {
            outbox.put(put);
        } else if (task instanceof QueueTask.PollAck poll) {
            outbox.pollAck(poll);
        }
    }

    private RecordKeys keys(PeerId peer) {
        return RecordKeys.between(self, peer);
    }

    private MessageId enqueue(PeerId to) {
        MessageId id = MessageId.random();
        loop.execute(() -> outbox.enqueue(to, keys(to), id, new byte[LARGE], new CompletableFuture<>()));
        time.pass(Duration.ofSeconds(1));
        return id;
    }

    /** All that are on their way end, one after the other. */
    private void endAll() {
        takeEnds().forEach(end -> end.complete(1));
    }

    private void failAll() {
        takeEnds().forEach(end -> end.completeExceptionally(new TransportException("no node answers")));
    }

    private List<CompletableFuture<Integer>> takeEnds() {
        putting.clear();
        List<CompletableFuture<Integer>> ending = List.copyOf(ends);
        ends.clear();
        return ending;
    }

    @Test
    void shouldPutTheNextWhenThoseBeforeItWereDeliveredElsewhere() {
        PeerId busy = Identity.generate().peerId();
        enqueue(busy);
        enqueue(busy);
        PeerId last = Identity.generate().peerId();
        Map<PeerId, MessageId> before = new LinkedHashMap<>();
        for (PeerId peer : List.of(first, second, third)) { // one is called at the first end, two at the second
            before.put(peer, enqueue(peer));
        }
        enqueue(last);
        assertEquals(2, putting.size());
        CompletableFuture<Void> looks = new CompletableFuture<>();
        loop.execute(() -> {
            for (int i = 0; i < MANY_CALLS; i++) { // as by looks at many inboxes: no task has its turn before some end
                loop.call(() -> looks, (done, failure) -> {});
            }
        });

        endAll();
        before.forEach((peer, id) -> loop.execute(() -> outbox.deliveredElsewhere(peer, Set.of(id))));
        looks.complete(null);

        assertEquals(List.of(keys(last).outboxToPeer(0).slot()), putting);
    }

    /** A keeper is there for a time when the DHT takes nothing from us, too. */
    @Test
    void shouldOfferToKeepersWhatHasNoRoomYet() {
        List<KeeperMessage> asked = new ArrayList<>();
        loop.execute(() -> outbox.useKeepers(Set.of(second), (keeper, request) -> {
            asked.add(KeeperMessage.decode(request).orElseThrow());
            return CompletableFuture.completedFuture(null);
        }));
        for (int i = 0; i < 6; i++) {
            enqueue(first);
        }

        assertEquals(2, putting.size(), "on their way into the DHT");
        assertEquals(6, asked.size(), "offered to the keeper");
    }

    /** What has to be sealed first needs a disk that can be written; what is sealed needs none. */
    @Test
    void shouldPutOthersWhileSomeCanNotBeSealed() {
        enqueue(third);
        assertEquals(1, putting.size());
        Slot sealed = putting.get(0);
        endAll();
        PeerId busy = Identity.generate().peerId();
        enqueue(busy);
        enqueue(busy);
        for (PeerId peer : List.of(first, second, Identity.generate().peerId())) { // who are called, as above
            enqueue(peer);
        }
        time.pass(Duration.ofHours(1)); // the first one is to be put again, and waits behind the others
        assertFalse(putting.contains(sealed));

        numbers.move(BEYOND_MILLIS);
        failAll();

        assertEquals(List.of(sealed), putting);
    }
}
