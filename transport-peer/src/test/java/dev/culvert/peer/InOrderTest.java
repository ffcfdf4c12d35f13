package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class InOrderTest {
    private final ExecutorService threads = Executors.newFixedThreadPool(4);

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private static PeerId peer() {
        return Identity.generate().peerId();
    }

    /** A task that is over when it is refused. */
    private static void execute(InOrder inOrder, PeerId peer, Runnable work, Consumer<Exception> refused) {
        inOrder.add(peer, work::run, refusal -> {
                    refused.accept(refusal);
                    return false;
                })
                .run();
    }

    private static void fail(Exception refusal) {
        throw new AssertionError(refusal);
    }

    @Test
    void shouldKeepEachPeersOrderAndRunOneOfItsTasksAtATime() throws Exception {
        InOrder inOrder = new InOrder(threads);
        int peers = 20;
        int each = 2_000;
        CountDownLatch done = new CountDownLatch(peers * each);
        AtomicBoolean overlapped = new AtomicBoolean();
        List<List<Integer>> ran = new ArrayList<>();
        List<PeerId> ids = new ArrayList<>();
        List<AtomicInteger> running = new ArrayList<>();
        for (int i = 0; i < peers; i++) {
            ids.add(peer());
            ran.add(new ArrayList<>());
            running.add(new AtomicInteger());
        }
        for (int task = 0; task < each; task++) {
            int number = task;
            for (int i = 0; i < peers; i++) {
                int of = i;
                execute(
                        inOrder,
                        ids.get(of),
                        () -> {
                            if (running.get(of).incrementAndGet() > 1) {
                                overlapped.set(true);
                            }
                            ran.get(of).add(number);
                            running.get(of).decrementAndGet();
                            done.countDown();
                        },
                        InOrderTest::fail);
            }
        }
        assertTrue(done.await(20, TimeUnit.SECONDS));
        assertFalse(overlapped.get());
        for (List<Integer> order : ran) {
            assertEquals(each, order.size());
            for (int i = 0; i < each; i++) {
                assertEquals(i, order.get(i));
            }
        }
    }

    @Test
    void shouldNotLetOnePeersTaskHoldAnotherPeers() throws Exception {
        InOrder inOrder = new InOrder(threads);
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch other = new CountDownLatch(1);
        execute(
                inOrder,
                peer(),
                () -> {
                    try {
                        held.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                InOrderTest::fail);
        execute(inOrder, peer(), other::countDown, InOrderTest::fail);

        assertTrue(other.await(10, TimeUnit.SECONDS));
        held.countDown();
    }

    @Test
    void shouldGoOnAfterATaskThatThrows() throws Exception {
        InOrder inOrder = new InOrder(threads);
        PeerId peer = peer();
        CountDownLatch after = new CountDownLatch(1);
        execute(
                inOrder,
                peer,
                () -> {
                    throw new IllegalStateException("on purpose");
                },
                InOrderTest::fail);
        execute(inOrder, peer, after::countDown, InOrderTest::fail);

        assertTrue(after.await(10, TimeUnit.SECONDS));
    }

    /** The executor takes one task, and ends while the others wait behind it. */
    @Test
    void shouldTellEachThatTheExecutorDoesNotTake() {
        List<Runnable> taken = new ArrayList<>();
        AtomicBoolean ended = new AtomicBoolean();
        InOrder inOrder = new InOrder(task -> {
            if (ended.get()) {
                throw new RejectedExecutionException("ended");
            }
            taken.add(task);
        });
        PeerId peer = peer();
        List<String> told = new ArrayList<>();
        for (String name : List.of("first", "second", "third")) {
            execute(inOrder, peer, () -> told.add(name + " ran"), refusal -> told.add(name + " refused"));
        }
        ended.set(true);
        assertEquals(1, taken.size());
        taken.get(0).run();
        execute(inOrder, peer, () -> told.add("fourth ran"), refusal -> told.add("fourth refused"));

        assertEquals(List.of("first ran", "second refused", "third refused", "fourth refused"), told);
    }

    /** An app's own executor may throw anything. */
    @Test
    void shouldTellOfAnExecutorThatFailsOtherwise() {
        List<RuntimeException> failures = new ArrayList<>(List.of(new IllegalStateException("not yet")));
        List<Runnable> taken = new ArrayList<>();
        InOrder inOrder = new InOrder(task -> {
            if (!failures.isEmpty()) {
                throw failures.remove(0);
            }
            taken.add(task);
        });
        PeerId peer = peer();
        List<String> told = new ArrayList<>();
        execute(inOrder, peer, () -> told.add("first ran"), refusal -> told.add("first refused"));
        execute(inOrder, peer, () -> told.add("second ran"), refusal -> told.add("second refused"));
        taken.forEach(Runnable::run);

        assertEquals(List.of("first refused", "second ran"), told);
    }

    /** Whether the executor runs tasks at once or later. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldKeepThePlaceOfATaskThatCanNotBeDoneNow(boolean atOnce) {
        List<Runnable> taken = new ArrayList<>();
        InOrder inOrder = new InOrder(atOnce ? Runnable::run : taken::add);
        PeerId peer = peer();
        List<String> told = new ArrayList<>();
        AtomicBoolean possible = new AtomicBoolean();
        inOrder.add(
                        peer,
                        () -> {
                            if (!possible.get()) {
                                throw new InOrder.NotNowException(new IllegalStateException("no disk"));
                            }
                            told.add("first ran");
                        },
                        cause -> {
                            told.add("first put off");
                            return true;
                        })
                .run();
        execute(inOrder, peer, () -> told.add("second ran"), InOrderTest::fail);
        runAll(taken);
        inOrder.again(peer);
        runAll(taken);
        possible.set(true);
        inOrder.again(peer);
        runAll(taken);

        assertEquals(List.of("first put off", "first put off", "first ran", "second ran"), told);
    }

    private static void runAll(List<Runnable> tasks) {
        while (!tasks.isEmpty()) {
            tasks.remove(0).run();
        }
    }

    /** What a task throws comes out of an executor that runs it at once, and is no refusal. */
    @Test
    void shouldNotTakeATasksFailureForARefusal() {
        InOrder inOrder = new InOrder(Runnable::run);
        PeerId peer = peer();
        List<String> told = new ArrayList<>();
        execute(
                inOrder,
                peer,
                () -> {
                    told.add("first ran");
                    throw new RejectedExecutionException("by another executor");
                },
                refusal -> told.add("first refused"));
        execute(inOrder, peer, () -> told.add("second ran"), refusal -> told.add("second refused"));

        assertEquals(List.of("first ran", "second ran"), told);
    }

    /** A pool that is full and has its caller run what it has no room for: here the thread of the task before. */
    @Test
    void shouldNotDigIntoTheStackWhereTasksRunAtOnce() throws Exception {
        InOrder inOrder = new InOrder(Runnable::run);
        PeerId peer = peer();
        int count = 100_000;
        AtomicInteger ran = new AtomicInteger();
        execute(
                inOrder,
                peer,
                () -> {
                    for (int i = 0; i < count; i++) {
                        execute(inOrder, peer, ran::incrementAndGet, InOrderTest::fail);
                    }
                },
                InOrderTest::fail);

        assertEquals(count, ran.get());
    }
}
