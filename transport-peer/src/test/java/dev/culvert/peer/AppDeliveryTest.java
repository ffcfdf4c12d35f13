package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.MessageStore;
import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.ReceivedMessage;
import dev.culvert.transport.Tier;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Messages to the app: once each, whichever way and however often they come. */
@Timeout(60)
class AppDeliveryTest {
    private static final PeerId PEER = Identity.generate().peerId();
    private static final PeerId OTHER = Identity.generate().peerId();
    private static final MessageId ID = new MessageId(1, 2);

    @TempDir
    Path directory;

    private final Queue<Runnable> executor = new ArrayDeque<>();
    private final List<ReceivedMessage> handled = new ArrayList<>();
    private final LinkCounters counters = new LinkCounters();
    private final VirtualLoop time = new VirtualLoop();
    private MessageStore store;
    private AppDelivery delivery;

    @BeforeEach
    void open() {
        store = MessageStore.open(directory);
        delivery = delivery(executor::add);
    }

    private AppDelivery delivery(Executor handlers) {
        return new AppDelivery(
                store, handlers, Clock.systemUTC(), time, time::nowNanos, Confirmation.WHEN_STORED, counters);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void reopen() {
        store.close();
        open();
    }

    private void setHandler() {
        delivery.handler((from, message) -> handled.add(message));
    }

    private CompletableFuture<Void> deliver(PeerId from, MessageId id, int content, Tier tier) {
        return delivery.deliver(from, id, new byte[] {(byte) content}, tier)
                .safe()
                .toCompletableFuture();
    }

    private CompletableFuture<Void> deliver() {
        return deliver(PEER, ID, 1, Tier.DIRECT);
    }

    private void runHandlers() {
        while (!executor.isEmpty()) {
            executor.remove().run();
        }
    }

    /** Whether it ends well; what was delivered is noted on the store's thread, some milliseconds later. */
    private static boolean isDone(CompletableFuture<Void> stage) {
        return stage.handle((done, failure) -> failure == null)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    /** An executor may block while it is full: whoever brings the next message of that peer does not wait for it. */
    @Test
    void shouldNotLetAnExecutorThatBlocksHoldTheOtherThread() throws Exception {
        CountDownLatch giving = new CountDownLatch(1);
        CountDownLatch room = new CountDownLatch(1);
        delivery = delivery(task -> {
            giving.countDown();
            try {
                room.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            executor.add(task);
        });
        setHandler();
        Thread queue = new Thread(() -> deliver(PEER, ID, 1, Tier.QUEUED));
        queue.start();
        assertTrue(giving.await(10, TimeUnit.SECONDS));
        Thread connection = new Thread(() -> deliver(PEER, new MessageId(1, 3), 2, Tier.DIRECT));
        connection.start();
        connection.join(5_000);
        boolean waited = connection.isAlive();
        room.countDown();
        queue.join();
        connection.join();

        assertFalse(waited, "the connection waited for the executor");
        runHandlers();
        assertEquals(
                List.of(1, 2),
                handled.stream().map(message -> (int) message.payload()[0]).toList());
    }

    /** What the executor refuses comes again later, and what came after it does not go first. */
    @Test
    void shouldKeepTheOrderOfKeptMessagesWhereTheExecutorRefusesOne() {
        AtomicBoolean full = new AtomicBoolean();
        delivery = delivery(task -> {
            if (full.getAndSet(false)) {
                throw new RejectedExecutionException("full for a moment");
            }
            executor.add(task);
        });
        setHandler();
        List<CompletableFuture<Void>> safe = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            safe.add(deliver(PEER, new MessageId(1, i), i, Tier.DIRECT));
        }
        time.advance(AppDelivery.PATIENCE.plusMillis(1)); // all are kept, and their sender is told
        safe.forEach(one -> assertTrue(isDone(one)));
        full.set(true);
        runHandlers();
        var unused = deliver(PEER, new MessageId(1, 4), 4, Tier.DIRECT);
        runHandlers();
        time.advance(Duration.ofSeconds(2));
        runHandlers();

        assertEquals(
                List.of(1, 2, 3, 4),
                handled.stream().map(message -> (int) message.payload()[0]).toList());
    }

    /** The same while the handler is set and takes what came before. */
    @Test
    void shouldNotHoldTheConnectionWhileEarlierMessagesAreGivenOut() throws Exception {
        CountDownLatch giving = new CountDownLatch(1);
        CountDownLatch room = new CountDownLatch(1);
        delivery = delivery(task -> {
            giving.countDown();
            try {
                room.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            executor.add(task);
        });
        deliver(PEER, ID, 1, Tier.QUEUED);
        Thread app = new Thread(this::setHandler);
        app.start();
        assertTrue(giving.await(10, TimeUnit.SECONDS));
        Thread connection = new Thread(() -> deliver(PEER, new MessageId(1, 3), 2, Tier.DIRECT));
        connection.start();
        connection.join(5_000);
        boolean waited = connection.isAlive();
        room.countDown();
        app.join();
        connection.join();

        assertFalse(waited, "the connection waited for the executor");
        runHandlers();
        assertEquals(
                List.of(1, 2),
                handled.stream().map(message -> (int) message.payload()[0]).toList());
    }

    /** The queue's thread is about to give a message to the executor when a connection brings a copy, and the next one. */
    @Test
    void shouldKeepTheOrderOfWhatTwoThreadsBring() throws InterruptedException {
        Thread connection = new Thread(() -> {
            deliver(PEER, ID, 1, Tier.DIRECT);
            deliver(PEER, new MessageId(1, 3), 2, Tier.DIRECT);
        });
        delivery = delivery(task -> {
            if (connection.getState() == Thread.State.NEW) {
                connection.start();
                while (connection.getState() != Thread.State.BLOCKED && connection.isAlive()) {
                    Thread.onSpinWait();
                }
            }
            executor.add(task);
        });
        setHandler();
        deliver(PEER, ID, 1, Tier.QUEUED);
        connection.join();

        runHandlers();
        assertEquals(
                List.of(1, 2),
                handled.stream().map(message -> (int) message.payload()[0]).toList());
    }

    @Test
    void shouldRunTheHandlerOnceForTwoCopiesAtOnceAndCompleteBoth() {
        setHandler();
        CompletableFuture<Void> direct = deliver(PEER, ID, 1, Tier.DIRECT);
        CompletableFuture<Void> queued = deliver(PEER, ID, 1, Tier.QUEUED);
        assertFalse(direct.isDone() || queued.isDone());

        runHandlers();

        assertEquals(1, handled.size());
        assertEquals(Tier.DIRECT, handled.get(0).tier());
        assertTrue(isDone(direct) && isDone(queued));
    }

    @Test
    void shouldDropALaterCopyAndSayThatItIsDone() {
        setHandler();
        deliver();
        runHandlers();

        assertTrue(isDone(deliver(PEER, ID, 1, Tier.QUEUED)));
        runHandlers();
        assertEquals(1, handled.size());
    }

    @Test
    void shouldDropALaterCopyAfterTheStoreWasOpenedAgain() {
        setHandler();
        deliver();
        runHandlers();

        reopen();
        setHandler();

        assertTrue(isDone(deliver()));
        runHandlers();
        assertEquals(1, handled.size());
    }

    @Test
    void shouldTellMessagesOfDifferentPeersApart() {
        setHandler();
        deliver();
        deliver(OTHER, ID, 1, Tier.DIRECT);
        runHandlers();

        assertEquals(2, handled.size());
    }

    @Test
    void shouldGiveALateHandlerTheEarlierMessagesInOrder() {
        List<CompletableFuture<Void>> stages = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            stages.add(deliver(PEER, new MessageId(0, i), i, Tier.DIRECT));
        }
        assertEquals(0, executor.size());

        setHandler();
        deliver(PEER, new MessageId(0, 20), 20, Tier.DIRECT);
        runHandlers();

        assertEquals(21, handled.size());
        for (int i = 0; i <= 20; i++) {
            assertEquals(i, handled.get(i).payload()[0]);
        }
        assertTrue(stages.stream().allMatch(AppDeliveryTest::isDone));
    }

    @Test
    void shouldCountAndCompleteWhenTheHandlerThrows() {
        delivery.handler((from, message) -> {
            handled.add(message);
            throw new IllegalStateException("on purpose");
        });
        CompletableFuture<Void> stage = deliver();
        runHandlers();

        assertTrue(isDone(stage));
        assertEquals(1, counters.handlerFailures.sum());
        assertTrue(isDone(deliver()));
        assertEquals(1, handled.size());
    }

    @Test
    void shouldCountAndCompleteWhenTheHandlerThrowsAnError() {
        delivery.handler((from, message) -> {
            throw new AssertionError("on purpose");
        });
        CompletableFuture<Void> stage = deliver();
        runHandlers();

        assertTrue(isDone(stage));
        assertEquals(1, counters.handlerFailures.sum());
    }

    @Test
    void shouldTryAgainInOrderWhenTheExecutorRejects() {
        boolean[] full = {true};
        Executor sometimes = task -> {
            if (full[0]) {
                throw new RejectedExecutionException("on purpose");
            }
            executor.add(task);
        };
        delivery = delivery(sometimes);
        setHandler();
        List<CompletableFuture<Void>> safe = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            safe.add(deliver(PEER, new MessageId(1, i), i, Tier.DIRECT));
        }
        safe.forEach(one -> assertFalse(one.isDone(), "refused, and no reason to bring it again"));

        full[0] = false;
        safe.add(deliver(PEER, new MessageId(1, 4), 4, Tier.DIRECT));
        runHandlers();
        assertEquals(0, handled.size(), "handled before the first");
        time.advance(Duration.ofSeconds(2));
        runHandlers();

        safe.forEach(one -> assertTrue(isDone(one)));
        assertEquals(
                List.of(1, 2, 3, 4),
                handled.stream().map(message -> (int) message.payload()[0]).toList());
    }

    @Test
    void shouldNotHandleAMessageOfWhichThatCanNotBeNoted() {
        setHandler();
        store.close();

        CompletableFuture<Void> stage = deliver();
        runHandlers();
        time.advance(Duration.ofSeconds(2));
        runHandlers();
        assertFalse(isSafe(stage));
        assertEquals(0, handled.size(), "a crash would have it handled again without a mark");
    }

    private static boolean isSafe(CompletableFuture<Void> stage) {
        return stage.isDone() && !stage.isCompletedExceptionally();
    }

    @Test
    void shouldFailWhenDeliveryCanNotBeNotedAndTakeTheMessageAgain() {
        delivery.handler((from, message) -> {
            handled.add(message);
            store.close();
        });
        CompletableFuture<Void> first = deliver();
        runHandlers();
        assertTrue(first.isCompletedExceptionally());

        open();
        setHandler();
        CompletableFuture<Void> again = deliver();
        runHandlers();

        assertTrue(isDone(again));
        assertEquals(2, handled.size(), "at least once: the note of the first run was lost");
        assertFalse(handled.get(0).redelivered());
        assertTrue(handled.get(1).redelivered());
    }

    @Test
    void shouldMarkNoMessageWhoseHandlerHadNotBegun() {
        setHandler();
        deliver();
        store.close();
        runHandlers();
        assertEquals(0, handled.size(), "handled without a note that it began");

        open();
        setHandler();
        deliver();
        runHandlers();

        assertEquals(1, handled.size());
        assertFalse(handled.get(0).redelivered());
    }

    @Test
    void shouldBeginNoHandlerAfterClose() {
        setHandler();
        CompletableFuture<Void> waiting = deliver();
        delivery.close();
        CompletableFuture<Void> late = deliver(PEER, new MessageId(3, 4), 1, Tier.DIRECT);
        runHandlers();

        assertEquals(0, handled.size());
        assertTrue(waiting.isCompletedExceptionally());
        assertTrue(late.isCompletedExceptionally());
        assertFalse(store.isDelivered(PEER, ID));
    }

    @Test
    void shouldFailWhatWaitsForAHandlerWhenClosed() {
        CompletableFuture<Void> waiting = deliver();

        delivery.close();
        delivery.close();

        assertTrue(waiting.isCompletedExceptionally());
    }

    @Test
    void shouldNoteTheMessageWhoseHandlerCloses() {
        delivery.handler((from, message) -> {
            handled.add(message);
            delivery.close();
            store.close();
        });
        deliver();
        runHandlers();

        open();
        setHandler();
        assertTrue(isDone(deliver()), "a message that closes the transport would close every later one, too");
        assertEquals(1, handled.size());
    }
}
