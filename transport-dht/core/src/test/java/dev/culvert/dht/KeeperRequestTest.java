package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.TransportClosedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a keeper takes and from whom, and what it does with the network. */
class KeeperRequestTest {
    private static final Instant NOW = KeptPeers.BEGIN;

    @TempDir
    private Path directory;

    private final TestClock clock = TestClock.standingAt(NOW);
    private final MemoryNetwork network = new MemoryNetwork(clock);
    private final Dht node = MemoryDht.joinLikeMainline(network);
    private final Identity sender = Identity.generate();
    private final Identity receiver = Identity.generate();
    private Keeper keeper;

    @BeforeEach
    void open() {
        open(KeeperConfig.defaults());
    }

    private void open(KeeperConfig config) {
        open(node, config);
    }

    private void open(Dht engine, KeeperConfig config) {
        if (keeper != null) {
            keeper.close();
        }
        keeper = Keeper.open(engine, directory, config, clock);
        keeper.allow(List.of(sender.peerId()));
    }

    @AfterEach
    void close() {
        keeper.close();
        node.close();
    }

    private WritableSlot slot(int index) {
        return RecordKeys.between(sender, receiver.peerId()).outboxToPeer(index);
    }

    private KeeperMessage.Keep keep(int index, long sequence, Instant expiry, int length) {
        byte[] record = SealedRecord.seal(
                sender, receiver.peerId(), slot(index).slot().key(), sequence, expiry, new byte[length]);
        return new KeeperMessage.Keep(slot(index), sequence, expiry, record);
    }

    private KeeperMessage.Keep keep(int index, long sequence) {
        return keep(index, sequence, NOW.plus(Duration.ofDays(7)), 100);
    }

    private Optional<byte[]> request(PeerId from, KeeperMessage message) {
        return Eventually.get(keeper.request(from, message.encode()));
    }

    private KeeperVerdict ask(KeeperMessage.Keep keep) {
        KeeperMessage answer =
                request(sender.peerId(), keep).flatMap(KeeperMessage::decode).orElseThrow();
        assertTrue(answer instanceof KeeperMessage.Answer, "answered " + answer);
        assertEquals(keep.slot().slot(), ((KeeperMessage.Answer) answer).slot());
        assertEquals(keep.sequence(), ((KeeperMessage.Answer) answer).sequence());
        return ((KeeperMessage.Answer) answer).verdict();
    }

    private int held() {
        return Eventually.get(keeper.held()).records();
    }

    private void pass(Duration time) {
        clock.move(time);
        for (int quiet = 0; quiet < 3; ) {
            quiet = Eventually.get(keeper.idle()) ? quiet + 1 : 0;
        }
    }

    private List<byte[]> found(int index) {
        return Eventually.get(node.get(slot(index).slot()));
    }

    @Test
    void shouldPutWhatItTookUnchanged() {
        KeeperMessage.Keep kept = keep(1, 5);
        assertEquals(KeeperVerdict.KEPT, ask(kept));
        assertEquals(List.of(), found(1));

        pass(Duration.ofSeconds(3));

        assertArrayEquals(kept.record(), found(1).get(0));
        pass(Duration.ofHours(5));
        assertArrayEquals(kept.record(), found(1).get(0), "the network forgets after two hours");
    }

    @Test
    void shouldDoNothingForThoseWhoAreNotAllowed() {
        assertTrue(request(receiver.peerId(), keep(1, 5)).isEmpty());
        request(sender.peerId(), keep(2, 5));
        request(receiver.peerId(), new KeeperMessage.Drop(List.of(new KeeperMessage.Dropped(slot(2).slot(), 5))));

        assertEquals(1, held());
        assertEquals(2, keeper.events().get(KeeperEvent.NOT_ALLOWED));
    }

    @Test
    void shouldLetNoSenderDropAnothersRecord() {
        keeper.allow(List.of(receiver.peerId()));
        ask(keep(1, 5));
        request(receiver.peerId(), new KeeperMessage.Drop(List.of(new KeeperMessage.Dropped(slot(1).slot(), 9))));

        assertEquals(1, held());
    }

    @Test
    void shouldDropWhatItsSenderSaysButNothingLater() {
        ask(keep(1, 5));
        ask(keep(2, 7));
        request(
                sender.peerId(),
                new KeeperMessage.Drop(List.of(
                        new KeeperMessage.Dropped(slot(1).slot(), 5),
                        new KeeperMessage.Dropped(slot(2).slot(), 6),
                        new KeeperMessage.Dropped(slot(3).slot(), 6))));

        assertEquals(1, held());
        assertEquals(1, keeper.events().get(KeeperEvent.DROPPED));
        pass(Duration.ofHours(3));
        assertEquals(List.of(), found(1));
        assertEquals(1, found(2).size());
    }

    @Test
    void shouldTakeANewerRecordInPlaceOfAnOlderOneOnly() {
        assertEquals(KeeperVerdict.KEPT, ask(keep(1, 5)));
        assertEquals(KeeperVerdict.KEPT, ask(keep(1, 5)));
        KeeperMessage.Keep newer = keep(1, 6);
        assertEquals(KeeperVerdict.KEPT, ask(newer));
        assertEquals(KeeperVerdict.STALE, ask(keep(1, 5)));

        assertEquals(1, held());
        pass(Duration.ofSeconds(20));
        assertArrayEquals(newer.record(), found(1).get(0));
    }

    @Test
    void shouldRefuseWhatIsNoRecordOrHasAnotherLifeThanOne() {
        byte[] junk = new byte[300];
        new Random(1).nextBytes(junk);
        junk[0] = 99;
        Instant expiry = NOW.plus(Duration.ofDays(7));
        assertEquals(KeeperVerdict.REFUSED, ask(new KeeperMessage.Keep(slot(1), 1, expiry, junk)));
        assertEquals(KeeperVerdict.REFUSED, ask(keep(1, 1, NOW, 10)));
        assertEquals(
                KeeperVerdict.REFUSED,
                ask(keep(1, 1, NOW.plus(Duration.ofHours(7 * 24 + 25)).plusSeconds(1), 10)));
        byte[] huge = Arrays.copyOf(keep(1, 1).record(), SplittingDht.DEFAULT_MAX_VALUE + 1);
        assertEquals(KeeperVerdict.TOO_LARGE, ask(new KeeperMessage.Keep(slot(1), 1, expiry, huge)));

        assertEquals(0, held());
        assertEquals(4, keeper.events().get(KeeperEvent.REFUSED_RECORD));
    }

    @Test
    void shouldKeepItsQuotas() {
        open(KeeperConfig.builder().records(3, 4).bytes(2_000, 3_000).build());
        Identity other = Identity.generate();
        keeper.allow(List.of(other.peerId()));

        assertEquals(KeeperVerdict.KEPT, ask(keep(1, 1)));
        assertEquals(KeeperVerdict.FULL, ask(keep(2, 1, NOW.plusSeconds(60), 1_800)), "bytes of one sender");
        assertEquals(KeeperVerdict.KEPT, ask(keep(2, 1)));
        assertEquals(KeeperVerdict.KEPT, ask(keep(3, 1)));
        assertEquals(KeeperVerdict.FULL, ask(keep(4, 1)), "records of one sender");
        assertEquals(KeeperVerdict.KEPT, ask(keep(3, 2)), "in place of one that is there");

        request(sender.peerId(), new KeeperMessage.Drop(List.of(new KeeperMessage.Dropped(slot(3).slot(), 2))));
        assertEquals(KeeperVerdict.KEPT, ask(keep(4, 1)));
    }

    @Test
    void shouldKeepThePaceOfEachSender() {
        open(KeeperConfig.builder().requestsPerMinute(3).build());
        for (int i = 0; i < 3; i++) {
            assertEquals(KeeperVerdict.KEPT, ask(keep(i, 1)));
        }
        assertEquals(KeeperVerdict.TOO_FAST, ask(keep(3, 1)));
        clock.move(Duration.ofSeconds(20));
        assertEquals(KeeperVerdict.KEPT, ask(keep(3, 1)));
        assertEquals(KeeperVerdict.TOO_FAST, ask(keep(4, 1)));
    }

    @Test
    void shouldHoldEverythingAfterARestart() {
        KeeperMessage.Keep large = keep(2, 1, NOW.plus(Duration.ofDays(7)), 200_000);
        ask(keep(1, 5));
        ask(large);
        Keeper.Held before = Eventually.get(keeper.held());

        open(KeeperConfig.defaults());

        assertEquals(before, Eventually.get(keeper.held()));
        assertEquals(KeeperVerdict.STALE, ask(keep(1, 4)));
        pass(Duration.ofSeconds(30));
        Dht reading = SplittingDht.over(node);
        assertArrayEquals(
                large.record(), Eventually.get(reading.get(slot(2).slot())).get(0));
    }

    @Test
    void shouldForgetADismissedSender() {
        ask(keep(1, 5));
        Eventually.get(keeper.dismiss(sender.peerId()));

        assertEquals(0, held());
        assertTrue(request(sender.peerId(), keep(1, 5)).isEmpty());
        open(KeeperConfig.defaults());
        assertEquals(0, held());
    }

    /** As in Mainline: the network numbers values itself and knows one writer of a slot, so any put replaces. */
    private final class Numbering extends DelegatingDht {
        private long sequence;

        Numbering() {
            super(node);
        }

        @Override
        public DhtCapabilities capabilities() {
            DhtCapabilities of = super.capabilities();
            return new DhtCapabilities("numbering", of.maxValueBytes(), of.maxTtl(), false, false, false);
        }

        @Override
        public synchronized CompletableFuture<Integer> put(
                WritableSlot slot, long ignored, byte[] value, Duration ttl) {
            return super.put(slot, ++sequence, value, ttl);
        }
    }

    @Test
    void shouldNotPutOverWhatItsSenderPutLater() {
        Dht numbering = new Numbering();
        open(numbering, KeeperConfig.defaults());
        KeeperMessage.Keep old = keep(1, 5);
        KeeperMessage.Keep large = keep(2, 5, NOW.plus(Duration.ofDays(1)), 5_000);
        ask(old);
        ask(large);
        pass(Duration.ofSeconds(30));
        assertArrayEquals(old.record(), found(1).get(0));

        KeeperMessage.Keep later = keep(1, 6);
        Eventually.get(numbering.put(later.slot(), 6, later.record(), Duration.ofHours(2)));
        pass(Duration.ofMinutes(40));

        assertArrayEquals(later.record(), found(1).get(0));
        assertEquals(1, keeper.events().get(KeeperEvent.OTHER_THERE));
        assertTrue(keeper.events().get(KeeperEvent.PUT) >= 3, "its own, whole or in parts, it does put again");
        pass(Duration.ofHours(2));
        assertArrayEquals(old.record(), found(1).get(0), "nobody else holds the slot any more");
    }

    @Test
    void shouldTryAgainWhatCanNotBePut() {
        network.losePuts(1);
        ask(keep(1, 5));
        pass(Duration.ofMinutes(10));
        assertTrue(keeper.events().get(KeeperEvent.PUT_FAILED) >= 1);

        network.losePuts(0);
        pass(Duration.ofMinutes(7));
        assertEquals(1, found(1).size());
    }

    @Test
    void shouldMakeNothingThatAReceiverTakes() {
        List<String> received = new CopyOnWriteArrayList<>();
        KeeperMessage.Keep real = keep(1, 5);
        WritableSlot delegated = slot(1);
        try (MessageStore store = MessageStore.open(directory.resolve("receiver"));
                Dht own = MemoryDht.join(network);
                MessageQueue queue =
                        MessageQueue.open(receiver, own, store, QueuePeer.QUICK, TestClock.runningFrom(NOW))) {
            queue.onMessage((from, id, payload) -> {
                received.add("message");
                return CompletableFuture.completedFuture(null);
            });
            // A keeper with a slot's key, the record for it and everybody's public keys: of its own, and changed.
            Identity evil = Identity.generate();
            byte[] changed = real.record().clone();
            changed[changed.length - 1] ^= 1;
            byte[] forged =
                    SealedRecord.seal(evil, receiver.peerId(), delegated.slot().key(), 9, real.expiry(), new byte[100]);
            RecordOpener opener = new RecordOpener(receiver, 100_000, new EventCounters<>(RejectReason.class));
            assertEquals(
                    List.of(), opener.open(sender.peerId(), delegated.slot().key(), List.of(changed, forged), NOW, 0));
            assertEquals(
                    List.of(),
                    opener.open(sender.peerId(), slot(0).slot().key(), List.of(real.record()), NOW, 0),
                    "a record opens in its own slot only");
            assertEquals(
                    1,
                    opener.open(sender.peerId(), delegated.slot().key(), List.of(real.record()), NOW, 0)
                            .size());
            queue.watch(sender.peerId());
            Eventually.get(node.put(slot(0), 9, Arrays.copyOf(real.record(), 900), Duration.ofHours(1)));
            Eventually.isTrue(
                    "the receiver saw the forged one",
                    () -> queue.rejected().getOrDefault(RejectReason.NOT_FOR_US, 0L) > 0);
        }
        assertEquals(List.of(), received);
    }

    @Test
    void shouldRefuseADirectoryInUseAndADamagedFile() throws IOException {
        assertThrows(StoreLockedException.class, () -> Keeper.open(node, directory, KeeperConfig.defaults(), clock));
        ask(keep(1, 5));
        keeper.close();
        byte[] bytes = Files.readAllBytes(directory.resolve(KeeperStore.FILE_NAME));
        for (int i = 4096; i < bytes.length; i++) {
            bytes[i] ^= 0x55;
        }
        for (int i = 0; i < 4096; i++) {
            bytes[i] ^= 0x55;
        }
        Files.write(directory.resolve(KeeperStore.FILE_NAME), bytes);

        assertThrows(
                StoreUnreadableException.class, () -> Keeper.open(node, directory, KeeperConfig.defaults(), clock));
        assertArrayEquals(bytes, Files.readAllBytes(directory.resolve(KeeperStore.FILE_NAME)), "left as it is");
    }

    @Test
    void shouldLeaveNothingBehindWhenClosed() {
        keeper.close();
        keeper.close();

        assertTrue(
                Eventually.failureOf(keeper.request(sender.peerId(), keep(1, 1).encode()))
                        instanceof TransportClosedException);
        assertFalse(Threads.running("culvert-keeper"));
    }
}
