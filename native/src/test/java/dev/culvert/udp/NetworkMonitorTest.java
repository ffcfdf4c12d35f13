package dev.culvert.udp;

import static dev.culvert.udp.NetworkSnapshotTest.addresses;
import static dev.culvert.udp.NetworkSnapshotTest.snapshot;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.TransportException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With a network and a trigger of its own, in virtual time. */
@Timeout(60)
class NetworkMonitorTest {
    private static final String ROUTE = "eth0 0101A8C0 100";
    private static final NetworkSnapshot ONE = snapshot(ROUTE, "192.0.2.1");
    private static final NetworkSnapshot TWO = snapshot(ROUTE, "192.0.2.2");

    private final ScriptedTrigger trigger = new ScriptedTrigger(Duration.ofMillis(1));
    private final BlockingQueue<NetworkChange> heard = new LinkedBlockingQueue<>();
    private final AtomicReference<NetworkSnapshot> network = new AtomicReference<>(ONE);
    private final AtomicInteger failingLooks = new AtomicInteger();
    private final List<Long> looks = new CopyOnWriteArrayList<>();

    @AfterEach
    void nothingIsLeftBehind() {
        Eventually.holds("no thread is left", () -> networkThreads() == 0);
        assertTrue(trigger.isClosed());
    }

    @Test
    void shouldReportWhatChanged() throws InterruptedException {
        try (NetworkMonitor monitor = open(heard::add)) {
            become(snapshot("", "192.0.2.1", "2001:db8::1"));
            assertEquals(new NetworkChange(addresses("2001:db8::1"), Set.of(), true), next());

            become(ONE);
            assertEquals(new NetworkChange(Set.of(), addresses("2001:db8::1"), true), next());
            assertFalse(monitor.isNative());
        }
    }

    @Test
    void shouldNotMissWhatChangedWhileItOpened() throws InterruptedException {
        trigger.say(1); // heard before open returns
        try (NetworkMonitor monitor = open(heard::add, () -> {
            NetworkSnapshot before = network.get();
            network.set(TWO);
            return before;
        })) {
            assertEquals(addresses("192.0.2.2"), next().added());
            assertEquals(0, monitor.listenerFailures());
        }
    }

    @Test
    void shouldSayNothingWhenNothingChanged() throws InterruptedException {
        try (var unused = open(heard::add)) {
            become(ONE);
            Eventually.holds("it looked", () -> looks.size() == 2);
            become(TWO);

            assertEquals(addresses("192.0.2.2"), next().added());
            assertTrue(heard.isEmpty());
        }
    }

    @Test
    void shouldLookOnceForManyWords() throws InterruptedException {
        try (var unused = open(heard::add)) {
            network.set(TWO);
            trigger.say(15);
            next();
            network.set(ONE);
            trigger.say(15);
            next();

            assertEquals(3, looks.size(), "once to open and once for each burst");
        }
    }

    @Test
    void shouldKeepLookingWhileTheKernelKeepsTalking() throws InterruptedException {
        try (var unused = open(heard::add)) {
            trigger.say(1_000); // 1 ms apart
            Eventually.holds("it has heard everything", () -> looks.size() >= 17);
            become(TWO);
            next();
        }

        for (int i = 2; i < 17; i++) {
            long since = looks.get(i) - looks.get(i - 1);
            assertEquals(Duration.ofMillis(61), Duration.ofNanos(since), "1 ms to the next word, 60 ms from there");
        }
    }

    @Test
    void shouldGoOnAfterAListenerThrew() throws InterruptedException {
        Consumer<NetworkChange> broken = change -> {
            heard.add(change);
            if (change.added().equals(addresses("192.0.2.2"))) {
                throw new IllegalStateException("as a test wants it");
            }
            throw new AssertionError("as a test wants it");
        };
        try (NetworkMonitor monitor = open(broken)) {
            become(TWO);
            next();
            become(ONE);
            next();
            become(TWO);
            next();

            Eventually.holds("each is counted", () -> monitor.listenerFailures() == 3);
        }
    }

    @Test
    void shouldGoOnAfterAListenerLeftTheThreadInterrupted() throws InterruptedException {
        List<Boolean> interrupted = new CopyOnWriteArrayList<>();
        Consumer<NetworkChange> interrupting = change -> {
            heard.add(change);
            Thread.currentThread().interrupt();
        };
        try (var unused = open(interrupting, () -> {
            interrupted.add(Thread.currentThread().isInterrupted());
            return network.get();
        })) {
            become(TWO);
            next();
            become(ONE);
            next();
        }

        assertEquals(List.of(false, false, false), interrupted, "an interrupted thread can not read files");
    }

    @Test
    void shouldLookAgainAfterALookFailed() throws InterruptedException {
        try (var unused = open(heard::add)) {
            failingLooks.set(8);
            become(TWO); // said once

            assertEquals(addresses("192.0.2.2"), next().added());

            failingLooks.set(1);
            become(ONE);
            next();
        }

        List<Long> waited = new ArrayList<>();
        for (int i = 2; i < looks.size(); i++) {
            waited.add(TimeUnit.NANOSECONDS.toMillis(looks.get(i) - looks.get(i - 1)));
        }
        assertEquals(List.of(20L, 40L, 80L, 160L, 320L, 640L, 1_000L, 1_000L), waited.subList(0, 8));
        assertEquals(20L, waited.get(waited.size() - 1), "after a look that succeeded it begins again");
    }

    @Test
    void shouldPollWhenTheTriggerFails() throws InterruptedException {
        try (NetworkMonitor monitor = // the twin's time is the real one
                NetworkMonitor.open(heard::add, trigger, debounce(), network::get, System::nanoTime)) {
            network.set(TWO);
            trigger.fail(new IOException("as a test wants it"));
            assertEquals(addresses("192.0.2.2"), next().added(), "what the trigger did not tell");

            network.set(ONE); // and nobody says so
            assertEquals(addresses("192.0.2.1"), next().added());
            assertFalse(monitor.isNative());
            assertTrue(trigger.isClosed());
        }
    }

    @Test
    void shouldNotOpenWithoutAFirstLook() {
        failingLooks.set(1);

        assertThrows(TransportException.class, () -> open(heard::add));
    }

    @Test
    void shouldCloseFromItsListener() throws InterruptedException {
        AtomicReference<NetworkMonitor> monitor = new AtomicReference<>();
        AtomicLong took = new AtomicLong();
        CountDownLatch opened = new CountDownLatch(1);
        monitor.set(open(change -> {
            awaitQuietly(opened);
            long start = System.nanoTime();
            monitor.get().close();
            monitor.get().close();
            took.set(System.nanoTime() - start);
            heard.add(change);
        }));
        opened.countDown();
        become(TWO);

        next();
        assertTrue(took.get() < Duration.ofSeconds(1).toNanos(), took + " ns: it waited for itself");
        Eventually.holds("the thread ended", () -> networkThreads() == 0);
        monitor.get().close();
    }

    @Test
    void shouldCallNobodyAfterClose() {
        NetworkMonitor monitor = open(heard::add);
        monitor.close();
        become(TWO);

        assertEquals(0, networkThreads(), "who could call");
        assertTrue(heard.isEmpty());
        monitor.close();
    }

    @Test
    void shouldWaitForARunningListenerAndCallNoOther() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        AtomicInteger ended = new AtomicInteger();
        NetworkMonitor monitor = open(change -> {
            running.countDown();
            awaitQuietly(mayEnd);
            ended.incrementAndGet();
        });
        become(TWO);
        running.await();
        become(ONE); // said while the listener is busy
        Thread closing = new Thread(monitor::close);
        closing.start();
        Eventually.holds("close waits", () -> closing.getState() == Thread.State.TIMED_WAITING);
        mayEnd.countDown();
        closing.join();

        assertEquals(1, ended.get());
        assertEquals(0, networkThreads());
    }

    @Test
    void shouldNotTellWhatALookFindsDuringClose() throws InterruptedException {
        CountDownLatch looking = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        NetworkMonitor monitor = open(heard::add, () -> {
            if (looks.size() == 2) {
                looking.countDown();
                awaitQuietly(mayEnd);
            }
            return network.get();
        });
        become(TWO);
        looking.await();
        Thread closing = new Thread(monitor::close);
        closing.start();
        Eventually.holds("close waits", () -> closing.getState() == Thread.State.TIMED_WAITING);
        mayEnd.countDown();
        closing.join();

        assertTrue(heard.isEmpty());
    }

    @Test
    void shouldWaitNoLongerThanASecondForAListener() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        NetworkMonitor monitor = open(change -> {
            calls.incrementAndGet();
            running.countDown();
            awaitQuietly(mayEnd);
        });
        become(TWO);
        running.await();
        become(ONE);
        long start = System.nanoTime();
        monitor.close();
        long took = System.nanoTime() - start;
        mayEnd.countDown();
        Eventually.holds("the thread ended", () -> networkThreads() == 0);

        assertTrue(took >= Duration.ofMillis(900).toNanos(), took + " ns: it did not wait");
        assertTrue(took < Duration.ofSeconds(10).toNanos(), took + " ns");
        assertEquals(1, calls.get(), "none begins after close has returned");
    }

    @Test
    void shouldKeepTheInterruptOfWhoCloses() {
        NetworkMonitor monitor = open(heard::add);
        Thread.currentThread().interrupt();
        monitor.close();

        assertTrue(Thread.interrupted());
    }

    @Test
    void shouldCloseFromManyThreadsWhileTheNetworkChanges() throws InterruptedException {
        AtomicBoolean late = new AtomicBoolean();
        for (int round = 0; round < 200; round++) {
            ScriptedTrigger own = new ScriptedTrigger(Duration.ofMillis(1));
            AtomicInteger turns = new AtomicInteger();
            AtomicBoolean over = new AtomicBoolean();
            NetworkMonitor monitor = NetworkMonitor.open(
                    change -> late.compareAndSet(false, over.get()),
                    own,
                    debounce(),
                    () -> turns.getAndIncrement() % 2 == 0 ? ONE : TWO,
                    own::nanoTime);
            List<Thread> closers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                closers.add(new Thread(monitor::close));
            }
            own.say(100_000);
            closers.forEach(Thread::start);
            for (Thread closer : closers) {
                closer.join();
            }
            over.set(true);
            Eventually.holds("the thread ended", own::isClosed);
        }
        assertFalse(late.get(), "a call after close");
        trigger.close(); // not used here
    }

    @Test
    void shouldSeeThisHostAsItIs() {
        trigger.close(); // not used here
        try (NetworkMonitor monitor = NetworkMonitor.open(heard::add)) {
            assertEquals(NetlinkCalls.find().isPresent(), monitor.isNative());
            assertEquals(1, networkThreads());
        }
    }

    private NetworkMonitor open(Consumer<NetworkChange> listener) {
        return open(listener, network::get);
    }

    private NetworkMonitor open(Consumer<NetworkChange> listener, Supplier<NetworkSnapshot> snapshots) {
        return NetworkMonitor.open(
                listener,
                trigger,
                debounce(),
                () -> {
                    looks.add(trigger.nanoTime());
                    if (failingLooks.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                        throw new TransportException("as a test wants it");
                    }
                    return snapshots.get();
                },
                trigger::nanoTime);
    }

    private static Debounce debounce() {
        return new Debounce(Duration.ofMillis(20), Duration.ofMillis(60));
    }

    private void become(NetworkSnapshot other) {
        network.set(other);
        trigger.say(1);
    }

    private NetworkChange next() throws InterruptedException {
        NetworkChange change = heard.poll(20, TimeUnit.SECONDS);
        assertNotNull(change, "nothing was reported");
        return change;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long networkThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("culvert-network"))
                .count();
    }
}
