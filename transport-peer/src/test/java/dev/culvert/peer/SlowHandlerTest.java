package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.MessageStore;
import dev.culvert.identity.Identity;
import dev.culvert.peer.internal.session.Handover;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.ReceivedMessage;
import dev.culvert.transport.Tier;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Messages whose handler takes long: safe on disk meanwhile, and handled after a crash; in virtual time, on a real disk. */
@Timeout(60)
class SlowHandlerTest {
    private static final PeerId PEER = Identity.generate().peerId();

    @TempDir
    Path directory;

    private final VirtualLoop time = new VirtualLoop();
    private final Queue<Runnable> executor = new ArrayDeque<>();
    private final List<ReceivedMessage> handled = new ArrayList<>();
    private Consumer<Runnable> execute = executor::add;
    private MessageStore store;
    private AppDelivery delivery;

    @BeforeEach
    void open() {
        open(Confirmation.WHEN_STORED);
    }

    private void open(Confirmation confirmation) {
        store = MessageStore.open(directory);
        delivery = new AppDelivery(
                store,
                task -> execute.accept(task),
                Clock.systemUTC(),
                time,
                time::nowNanos,
                confirmation,
                new LinkCounters());
    }

    /** As after a crash: what was in memory is gone, what had to be on disk is there. */
    private void crash() {
        store.close();
        executor.clear();
        handled.clear();
        open();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static MessageId id(int number) {
        return new MessageId(5, number);
    }

    private Handover deliver(int number) {
        return delivery.deliver(PEER, id(number), new byte[] {(byte) number}, Tier.ICE);
    }

    private void setHandler() {
        delivery.handler((from, message) -> handled.add(message));
    }

    private void runHandlers() {
        while (!executor.isEmpty()) {
            executor.remove().run();
        }
    }

    private static boolean isDone(Handover handover) {
        return handover.safe().toCompletableFuture().isDone();
    }

    private static void awaitSafe(Handover handover) throws Exception {
        handover.safe().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private List<Integer> numbers() {
        return handled.stream().map(message -> (int) message.payload()[0]).toList();
    }

    @Test
    void shouldTellTheSenderOnceASlowlyHandledMessageIsOnDisk() throws Exception {
        setHandler();
        Handover handover = deliver(1);
        time.advance(AppDelivery.PATIENCE.minusMillis(1));
        assertEquals(List.of(), store.unhandled(), "a handler that is quick needs no disk");
        assertFalse(isDone(handover));

        time.advance(Duration.ofMillis(1));
        awaitSafe(handover);
        assertEquals(1, store.unhandled().size());
        assertFalse(handover.released().toCompletableFuture().isDone(), "it is in memory still");

        runHandlers();
        handover.released().toCompletableFuture().get(20, TimeUnit.SECONDS);
        Handover next = deliver(2);
        runHandlers();
        awaitSafe(next); // and what was written before it
        assertEquals(List.of(), store.unhandled());
        assertEquals(List.of(1, 2), numbers());
    }

    /** What is kept behind its own end would be handled again after each crash, and without a mark. */
    @Test
    void shouldNotKeepAMessageThatIsHandledAtThatMoment() throws Exception {
        setHandler();
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 100; i++) {
                deliver(100 * round + i);
            }
            List<Runnable> newestFirst = new ArrayList<>(executor);
            Collections.reverse(newestFirst);
            executor.clear();
            Thread handlers = new Thread(() -> newestFirst.forEach(Runnable::run));
            handlers.start();
            time.advance(AppDelivery.PATIENCE); // keeps the oldest first
            handlers.join();
        }

        Handover last = deliver(-1);
        runHandlers();
        awaitSafe(last); // and what was written before it
        assertEquals(List.of(), store.unhandled());
    }

    @Test
    void shouldWriteNothingForAHandlerThatIsQuick() throws Exception {
        setHandler();
        Handover handover = deliver(1);
        runHandlers();
        awaitSafe(handover);
        time.advance(AppDelivery.PATIENCE.multipliedBy(4));
        assertEquals(List.of(), store.unhandled());
    }

    @Test
    void shouldHandleAfterACrashWhatWasToldToBeSafeInOrderAndFirst() throws Exception {
        List<Handover> told = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            told.add(deliver(i));
        }
        time.advance(AppDelivery.PATIENCE);
        for (Handover handover : told) {
            awaitSafe(handover);
        }

        crash();
        Handover copy = deliver(3);
        Handover newer = deliver(6);
        setHandler();
        runHandlers();
        awaitSafe(copy);
        awaitSafe(newer);
        assertEquals(List.of(1, 2, 3, 4, 5, 6), numbers());
        assertTrue(handled.stream().noneMatch(ReceivedMessage::redelivered), "no handler had begun");
        assertTrue(handled.stream().allMatch(message -> message.tier() == Tier.ICE));

        crash();
        setHandler();
        runHandlers();
        assertEquals(List.of(), numbers());
    }

    @Test
    void shouldMarkWhatWasBeingHandledInACrash() throws Exception {
        Handover handover = deliver(1);
        time.advance(AppDelivery.PATIENCE);
        awaitSafe(handover);
        // The handler begins, and the process ends inside it.
        assertFalse(store.beginHandling(PEER, id(1), Clock.systemUTC().instant()));

        crash();
        setHandler();
        runHandlers();
        assertEquals(List.of(1), numbers());
        assertTrue(handled.get(0).redelivered());
    }

    /** What it wanted was done, and it must not close the next transport, too. */
    @Test
    void shouldNotRepeatAMessageThatWasKeptAndWhoseHandlerClosedUs() throws Exception {
        delivery.handler((from, message) -> {
            handled.add(message);
            delivery.close();
        });
        Handover handover = deliver(1);
        time.advance(AppDelivery.PATIENCE);
        awaitSafe(handover);
        runHandlers();
        assertEquals(List.of(1), numbers());

        crash();
        setHandler();
        runHandlers();
        assertEquals(List.of(), numbers());
        assertEquals(List.of(), store.unhandled());
    }

    @Test
    void shouldTryAgainWhenAMessageThatIsSafeCanNotBeHandledNow() throws Exception {
        setHandler();
        Handover handover = deliver(1);
        time.advance(AppDelivery.PATIENCE);
        awaitSafe(handover);
        crash();

        execute = task -> {
            throw new RejectedExecutionException("full");
        };
        setHandler();
        assertEquals(List.of(), numbers());
        execute = executor::add;
        time.advance(Duration.ofSeconds(2));
        runHandlers();
        assertEquals(List.of(1), numbers());
    }

    @Test
    void shouldWaitForTheHandlerWhereTheAppAsksForThat() throws Exception {
        store.close();
        open(Confirmation.WHEN_HANDLED);
        setHandler();
        Handover handover = deliver(1);
        time.advance(Duration.ofHours(1));
        assertEquals(List.of(), store.unhandled());
        assertFalse(isDone(handover));
        runHandlers();
        awaitSafe(handover);
    }
}
