package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.identity.Identity;
import dev.culvert.identity.SealingKey;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.TransportClosedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.LongDataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageStoreTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
    private static final PeerId ALICE = peer(1);
    private static final PeerId BOB = peer(2);

    @TempDir
    private Path directory;

    private static PeerId peer(int first) {
        byte[] bytes = new byte[PeerId.LENGTH];
        bytes[0] = (byte) first;
        return PeerId.of(bytes);
    }

    private static OutgoingMessage message(int length) {
        byte[] payload = new byte[length];
        new Random(length).nextBytes(payload);
        return new OutgoingMessage(MessageId.random(), NOW, payload);
    }

    private Path file() {
        return directory.resolve(MessageStore.FILE_NAME);
    }

    @Test
    void shouldReadBackEverythingAfterOpeningAgain() {
        OutgoingMessage first = message(10);
        OutgoingMessage second = message(5000);
        OutboxState one = OutboxState.fresh(NOW).appended();
        InboxState inbox = new InboxState(3, 4, 5, 6);
        try (MessageStore store = MessageStore.open(directory)) {
            store.add(BOB, one, first);
            store.add(BOB, one.appended(), second);
            store.saveInbox(ALICE, inbox);
        }

        try (MessageStore store = MessageStore.open(directory)) {
            assertEquals(Map.of(BOB, one.appended()), store.outboxes());
            assertEquals(Map.of(ALICE, inbox), store.inboxes());
            assertEquals(Optional.of(inbox), store.inbox(ALICE));
            assertEquals(Optional.empty(), store.inbox(BOB));
            OutgoingMessage read = store.outgoing(BOB, 1).orElseThrow();
            assertArrayEquals(second.payload(), read.payload());
            assertEquals(second.id(), read.id());
            assertEquals(NOW, read.expiry());
            assertEquals(Optional.empty(), store.outgoing(ALICE, 1));
            assertEquals(Optional.empty(), store.outgoing(BOB, 2));
        }
    }

    @Test
    void shouldReadBackTheKeyOfEachPeerAfterOpeningAgain() {
        SealingKey alices = Identity.generate().sealingKey();
        SealingKey bobs = Identity.generate().sealingKey();
        try (MessageStore store = MessageStore.open(directory)) {
            store.keepSealingKey(ALICE, alices);
            store.keepSealingKey(BOB, bobs);
        }

        try (MessageStore store = MessageStore.open(directory)) {
            assertEquals(Optional.of(alices), store.sealingKey(ALICE));
            assertEquals(Optional.of(bobs), store.sealingKey(BOB));
            assertEquals(Optional.empty(), store.sealingKey(peer(77)));
        }
    }

    @Test
    void shouldRemoveAcknowledgedMessages() {
        OutboxState state = OutboxState.fresh(NOW);
        try (MessageStore store = MessageStore.open(directory)) {
            for (int i = 0; i < 3; i++) {
                state = state.appended();
                store.add(BOB, state, message(10));
            }
            OutboxState acknowledged = state.acknowledged(new QueueAck(state.generation(), 2), 1, NOW);
            store.update(BOB, state, acknowledged);

            assertEquals(Optional.empty(), store.outgoing(BOB, 0));
            assertEquals(Optional.empty(), store.outgoing(BOB, 1));
            assertTrue(store.outgoing(BOB, 2).isPresent());
            assertEquals(Map.of(BOB, acknowledged), store.outboxes());
        }
    }

    @Test
    void shouldSayOnlyOnceThatAMessageIsNew() {
        MessageId id = MessageId.random();
        try (MessageStore store = MessageStore.open(directory)) {
            assertFalse(store.isDelivered(ALICE, id));
            assertTrue(store.markDelivered(ALICE, id, NOW));
            assertFalse(store.markDelivered(ALICE, id, NOW));
            assertTrue(store.isDelivered(ALICE, id));
            assertTrue(store.markDelivered(BOB, id, NOW), "another sender's message of the same id");
        }
        try (MessageStore store = MessageStore.open(directory)) {
            assertFalse(store.markDelivered(ALICE, id, NOW));
        }
    }

    @Test
    void shouldNoteADeliveryAndItsIndexTogether() {
        MessageId id = MessageId.random();
        InboxState next = new InboxState(1, 1, 1, 1);
        try (MessageStore store = MessageStore.open(directory)) {
            store.delivered(ALICE, id, NOW, next);
        }
        try (MessageStore store = MessageStore.open(directory)) {
            assertTrue(store.isDelivered(ALICE, id));
            assertEquals(Optional.of(next), store.inbox(ALICE));
        }
    }

    @Test
    void shouldForgetDeliveredIdsWhenTheirTimeIsOver() {
        MessageId old = MessageId.random();
        MessageId recent = MessageId.random();
        try (MessageStore store = MessageStore.open(directory)) {
            store.markDelivered(ALICE, old, NOW);
            store.markDelivered(ALICE, recent, NOW.plusSeconds(1));

            assertEquals(1, store.prune(NOW));

            assertFalse(store.isDelivered(ALICE, old));
            assertTrue(store.isDelivered(ALICE, recent));
        }
    }

    @Test
    void shouldGiveSpaceBack() throws IOException {
        OutboxState state = OutboxState.fresh(NOW);
        try (MessageStore store = MessageStore.open(directory)) {
            for (int i = 0; i < 300; i++) {
                OutboxState full = state.appended();
                store.add(BOB, full, message(60_000));
                state = full.acknowledged(new QueueAck(full.generation(), full.tail()), i + 1, NOW);
                store.update(BOB, full, state);
            }
            long before = Files.size(file());
            for (int i = 0; i < 20; i++) {
                store.prune(NOW);
            }
            long after = Files.size(file());
            assertTrue(after < before / 4, "18 MB went through; the file had " + before + " bytes, then " + after);
        }
    }

    @Test
    void shouldRefuseASecondUserInThisProcess() {
        try (MessageStore store = MessageStore.open(directory)) {
            StoreLockedException refused = assertThrows(StoreLockedException.class, () -> MessageStore.open(directory));
            assertTrue(refused.getMessage().contains(MessageStore.FILE_NAME), refused.getMessage());
            assertTrue(store.markDelivered(ALICE, MessageId.random(), NOW), "the first user is not disturbed");
        }
        MessageStore.open(directory).close();
    }

    @Test
    void shouldRefuseASecondProcess() throws IOException, InterruptedException {
        Process child = StoreChild.start(directory, 1);
        try (var out = child.inputReader()) {
            assertEquals("open", out.readLine());

            assertThrows(StoreLockedException.class, () -> MessageStore.open(directory));
            assertThrows(StoreLockedException.class, () -> MessageStore.open(directory));
        } finally {
            child.destroyForcibly().waitFor();
        }
        MessageStore.open(directory).close();
    }

    @Test
    void shouldKeepEveryAddedMessageWhenTheProcessIsKilled() throws IOException, InterruptedException {
        Process child = StoreChild.start(directory, 1_000_000);
        long added = 0;
        try (var out = child.inputReader()) {
            assertEquals("open", out.readLine());
            while (added < 25) {
                added = Long.parseLong(out.readLine());
            }
        } finally {
            child.destroyForcibly().waitFor();
        }

        try (MessageStore store = MessageStore.open(directory)) {
            long tail = store.outboxes().get(StoreChild.PEER).tail();
            assertTrue(tail >= added, tail + " of at least " + added);
            for (long ordinal = 0; ordinal < tail; ordinal++) {
                assertArrayEquals(
                        StoreChild.message(ordinal).payload(),
                        store.outgoing(StoreChild.PEER, ordinal).orElseThrow().payload());
            }
        }
    }

    @Test
    void shouldNameADamagedFileAndLeaveItAlone() throws IOException {
        byte[] garbage = new byte[20_000];
        new Random(7).nextBytes(garbage);
        Files.write(file(), garbage);

        StoreUnreadableException refused =
                assertThrows(StoreUnreadableException.class, () -> MessageStore.open(directory));

        assertTrue(refused.getMessage().contains(file().toRealPath().toString()), refused.getMessage());
        assertArrayEquals(garbage, Files.readAllBytes(file()));
        assertThrows(StoreUnreadableException.class, () -> MessageStore.open(directory));
    }

    @Test
    void shouldNameAFileWhoseMiddleIsDamaged() throws IOException {
        try (MessageStore store = MessageStore.open(directory)) {
            OutboxState state = OutboxState.fresh(NOW);
            for (int i = 0; i < 50; i++) {
                state = state.appended();
                store.add(BOB, state, message(2000));
            }
        }
        byte[] bytes = Files.readAllBytes(file());
        for (int i = 8192; i < bytes.length; i++) {
            bytes[i] ^= 0x55;
        }
        Files.write(file(), bytes);

        StoreUnreadableException refused =
                assertThrows(StoreUnreadableException.class, () -> MessageStore.open(directory));

        assertTrue(refused.getMessage().contains(MessageStore.FILE_NAME), refused.getMessage());
        assertArrayEquals(bytes, Files.readAllBytes(file()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void shouldNeverGiveOutDamagedBytesWhereverAFileIsDamaged(int part) throws IOException {
        OutgoingMessage[] sent = new OutgoingMessage[50];
        try (MessageStore store = MessageStore.open(directory)) {
            OutboxState state = OutboxState.fresh(NOW);
            for (int i = 0; i < sent.length; i++) {
                sent[i] = message(2000 + i);
                state = state.appended();
                store.add(BOB, state, sent[i]);
            }
        }
        byte[] bytes = Files.readAllBytes(file());
        int length = bytes.length / 10;
        for (int i = part * length; i < (part + 1) * length; i++) {
            bytes[i] ^= 0x55;
        }
        Files.write(file(), bytes);

        try (MessageStore store = MessageStore.open(directory)) {
            // Damage to the newest writes looks like a power cut before they were done; else all is there or an error.
            int left = store.outboxes().get(BOB).size();
            assertTrue(left == 50 || part >= 7, left + " messages left");
            for (int i = 0; i < left; i++) {
                assertArrayEquals(
                        sent[i].payload(), store.outgoing(BOB, i).orElseThrow().payload());
            }
        } catch (StoreUnreadableException e) {
            assertTrue(e.getMessage().contains(MessageStore.FILE_NAME), e.getMessage());
        }
    }

    @Test
    void shouldRefuseAFileOfALaterVersion() {
        try (MVStore later = new MVStore.Builder().fileName(file().toString()).open()) {
            later.setStoreVersion(2);
            later.commit();
        }

        StoreUnreadableException refused =
                assertThrows(StoreUnreadableException.class, () -> MessageStore.open(directory));
        assertTrue(refused.getMessage().contains("version 2"), refused.getMessage());
    }

    @Test
    void shouldNotBeHarmedByAnInterruptedCaller() {
        try (MessageStore store = MessageStore.open(directory)) {
            Thread.currentThread().interrupt();
            assertTrue(store.markDelivered(ALICE, new MessageId(1, 1), NOW));
            assertTrue(Thread.interrupted(), "the caller is still interrupted");

            assertTrue(store.markDelivered(ALICE, new MessageId(1, 2), NOW));
            assertTrue(store.isDelivered(ALICE, new MessageId(1, 1)));
        }
    }

    @Test
    void shouldLeaveNoCallerHangingWhenClosed() throws InterruptedException {
        for (int round = 0; round < 10; round++) {
            MessageStore store = MessageStore.open(directory);
            CountDownLatch working = new CountDownLatch(4);
            List<Thread> callers = new ArrayList<>();
            List<Throwable> wrong = new CopyOnWriteArrayList<>();
            for (int i = 0; i < 4; i++) {
                Thread caller = new Thread(() -> {
                    try {
                        while (true) {
                            store.markDelivered(ALICE, MessageId.random(), NOW);
                            working.countDown();
                        }
                    } catch (TransportClosedException e) {
                        // The expected end.
                        working.countDown();
                    } catch (RuntimeException e) {
                        wrong.add(e);
                    }
                });
                caller.setDaemon(true);
                callers.add(caller);
                caller.start();
            }
            working.await();

            store.close();

            for (Thread caller : callers) {
                caller.join(10_000);
                assertFalse(caller.isAlive(), "a caller hangs");
            }
            assertEquals(List.of(), wrong);
        }
    }

    @Test
    void shouldRefuseWorkAfterClosingAndEndItsThread() {
        MessageStore store = MessageStore.open(directory);
        store.close();
        store.close();

        assertThrows(TransportClosedException.class, () -> store.markDelivered(ALICE, MessageId.random(), NOW));
        Eventually.isTrue("thread ended", () -> !Threads.running("culvert-store"));
    }

    @Test
    void shouldNotGrowWithTheNumberOfMessagesThatPassThrough() throws Exception {
        int messages = 20_000;
        try (MessageStore store = MessageStore.open(directory)) {
            List<CompletableFuture<Boolean>> notes = new ArrayList<>();
            for (int i = 0; i < messages; i++) {
                notes.add(store.markDeliveredSoon(ALICE, new MessageId(7, i), NOW));
            }
            for (CompletableFuture<Boolean> note : notes) {
                assertTrue(note.get(10, TimeUnit.SECONDS));
            }
            assertTrue(store.isDelivered(ALICE, new MessageId(7, 0)));
        }
        long size = Files.size(directory.resolve(MessageStore.FILE_NAME));
        assertTrue(size < 20_000_000, messages + " notes made a file of " + size + " bytes");
        try (MessageStore again = MessageStore.open(directory)) {
            assertTrue(again.isDelivered(ALICE, new MessageId(7, messages - 1)));
        }
    }

    @Test
    void shouldWriteWhatWaitsWhenItCloses() throws Exception {
        CompletableFuture<Boolean> note;
        try (MessageStore store = MessageStore.open(directory)) {
            store.markDeliveredSoon(ALICE, new MessageId(1, 1), NOW).join();
            note = store.markDeliveredSoon(ALICE, new MessageId(1, 2), NOW);
        }

        assertTrue(note.get(10, TimeUnit.SECONDS));
        try (MessageStore again = MessageStore.open(directory)) {
            assertTrue(again.isDelivered(ALICE, new MessageId(1, 2)));
        }
    }

    @Test
    void shouldBeForItsUserOnly() throws Exception {
        Path own = directory.resolve("own");
        MessageStore.open(own).close();

        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(own)));
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(own.resolve(MessageStore.FILE_NAME))));
    }

    @Test
    void shouldForgetTheOlderHalfOfASenderWithTooMany() {
        try (MVStore store = MVStore.open(null)) {
            DeliveredIds ids = new DeliveredIds(new StoreTable<>("ids", LongDataType.INSTANCE, store), 100);
            ids.note(BOB, new MessageId(0, 0), NOW);
            for (int i = 0; i <= 100; i++) {
                assertTrue(ids.note(ALICE, new MessageId(0, i), NOW.plusSeconds(i)));
            }

            assertFalse(ids.contains(ALICE, new MessageId(0, 50)), "an old one");
            assertTrue(ids.contains(ALICE, new MessageId(0, 51)), "a recent one");
            assertFalse(ids.note(ALICE, new MessageId(0, 100), NOW), "the newest");
            assertTrue(ids.contains(BOB, new MessageId(0, 0)), "another sender's");
        }
    }

    @Test
    void shouldKeepNoMarkThatIsWrittenAfterItsMessageIsGone() {
        OutboxState one = OutboxState.fresh(NOW).appended();
        try (MessageStore store = MessageStore.open(directory)) {
            store.add(ALICE, one, message(10));
            store.keepMark(ALICE, 0, BOB, new KeeperMark(7, NOW, true));
            assertTrue(store.markDeliveredSoon(ALICE, MessageId.random(), NOW).join()); // written with what came before
            assertEquals(1, store.keeperMarks(ALICE, 0).size());
            store.update(ALICE, one, one.without(1, NOW));
            store.keepMark(ALICE, 0, BOB, new KeeperMark(7, NOW, true));
        }
        try (MessageStore store = MessageStore.open(directory)) {
            assertEquals(Map.of(), store.keeperMarks(ALICE, 0));
        }
    }

    @Test
    void shouldGoOnNotingAfterMoreFailedWritesThanASenderMayHave() {
        try (MVStore store = MVStore.open(null)) {
            DeliveredIds ids = new DeliveredIds(new StoreTable<>("ids", LongDataType.INSTANCE, store), 100);
            store.commit();
            for (int i = 0; i < 150; i++) {
                assertTrue(ids.note(ALICE, new MessageId(0, i), NOW));
                store.rollback();
            }

            assertTrue(ids.note(ALICE, new MessageId(0, 200), NOW));
            assertTrue(ids.contains(ALICE, new MessageId(0, 200)));
        }
    }
}
