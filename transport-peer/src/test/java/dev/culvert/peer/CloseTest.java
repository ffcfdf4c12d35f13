package dev.culvert.peer;

import static dev.culvert.peer.TwoPeers.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.PeerId;
import dev.culvert.transport.SendResult;
import dev.culvert.transport.TransportException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Closing at every stage: bounded, complete, and nothing stays behind. */
@Timeout(90)
class CloseTest {
    private static final Path OPEN_FILES = Path.of("/proc/self/fd");
    private static final Duration BOUND = Duration.ofSeconds(6);

    @TempDir
    Path directory;

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("culvert-"))
                .sorted()
                .toList();
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(OPEN_FILES)) {
            return files.count();
        }
    }

    /** The last thread of a transport may need a moment between its end and its being gone. */
    private static void assertNoThreads() {
        assertThreads(List.of());
    }

    /** An executor counts as ended a moment before its thread is gone. */
    private static void assertThreads(List<String> expected) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (!threads().equals(expected) && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertEquals(expected, threads());
    }

    private static void closeInTime(PeerTransport transport) {
        long start = System.nanoTime();
        transport.close();
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(BOUND) < 0, "close took " + took);
    }

    /** Loads what is loaded once, and starts what the JVM and ice4j share, so that it does not count as left behind. */
    private void warmUp() throws Exception {
        TwoPeers peers = new TwoPeers(directory.resolve("warm-up"));
        try (PeerTransport a = peers.openA();
                PeerTransport b = peers.openB()) {
            a.send(b.localPeer(), bytes("warm")).get(20, TimeUnit.SECONDS);
        }
        assertNoThreads();
    }

    @Test
    void shouldLeaveNothingBehindAfterThirtyCycles() throws Exception {
        Assumptions.assumeTrue(Files.isDirectory(OPEN_FILES), "counts open files the Linux way");
        warmUp();
        warmUp();
        long filesBefore = openFiles();

        for (int cycle = 0; cycle < 30; cycle++) {
            TwoPeers peers = new TwoPeers(directory.resolve("cycle" + cycle % 3));
            PeerTransport a = peers.openA();
            PeerTransport b = peers.openB();
            a.send(b.localPeer(), bytes("hello")).get(20, TimeUnit.SECONDS);
            closeInTime(cycle % 2 == 0 ? a : b);
            closeInTime(cycle % 2 == 0 ? b : a);
        }

        assertNoThreads();
        assertTrue(openFiles() <= filesBefore, "open files: " + filesBefore + " before, " + openFiles() + " after");
    }

    /** From before the first step to long after the last: the delays pass through gathering, offering and connecting. */
    @Test
    void shouldCloseAtEveryStage() throws Exception {
        warmUp();
        long filesBefore = Files.isDirectory(OPEN_FILES) ? openFiles() : 0;
        for (int micros : new int[] {0, 50, 200, 500, 1_000, 2_000, 4_000, 7_000, 12_000, 20_000, 40_000, 80_000}) {
            TwoPeers peers = new TwoPeers(directory.resolve("stage"));
            PeerTransport a = peers.openA();
            PeerTransport b = peers.openB();
            List<CompletableFuture<SendResult>> results = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                results.add(a.send(b.localPeer(), new byte[50_000]));
                results.add(b.send(a.localPeer(), new byte[50_000]));
            }
            waitFor(Duration.ofNanos(micros * 1_000L));
            closeInTime(a);
            closeInTime(b);
            for (CompletableFuture<SendResult> result : results) {
                assertTrue(result.isDone(), "a result is open after close at " + micros + " us");
            }
        }
        assertNoThreads();
        if (filesBefore > 0) {
            assertTrue(openFiles() <= filesBefore, filesBefore + " before, " + openFiles() + " after");
        }
    }

    private static void waitFor(Duration time) throws InterruptedException {
        // Time is the input here: nothing is awaited.
        boolean unused = new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Test
    void shouldCloseWithQueuedMessages() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        peers.network.losePuts(1);
        PeerTransport a = peers.openA();
        for (int i = 0; i < 20; i++) {
            a.send(peers.b.peerId(), bytes("queued " + i)).get(20, TimeUnit.SECONDS);
        }
        closeInTime(a);
        assertNoThreads();
    }

    @Test
    void shouldBeginNoHandlerAfterClose() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        peers.connectTimeout = Duration.ofSeconds(15);
        AtomicInteger begun = new AtomicInteger();
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (PeerTransport a = peers.openA()) {
            PeerTransport b = peers.openB();
            b.onMessage((from, message) -> {
                begun.incrementAndGet();
                first.countDown();
                awaitQuietly(go);
            });
            for (int i = 0; i < 50; i++) {
                a.send(b.localPeer(), bytes("m" + i));
            }
            assertTrue(first.await(20, TimeUnit.SECONDS));
            closeInTime(b);
            go.countDown();
            a.close();
        }
        assertNoThreads();
        assertEquals(1, begun.get(), "handlers began after close");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void shouldCloseFromTheResultOfASend() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        peers.connectTimeout = Duration.ofSeconds(15);
        CompletableFuture<String> closedOn = new CompletableFuture<>();
        PeerTransport a = peers.openA();
        try (PeerTransport b = peers.openB()) {
            CompletableFuture<SendResult> last = a.send(b.localPeer(), bytes("and then"))
                    .thenCompose(result -> {
                        CompletableFuture<SendResult> pending = a.send(b.localPeer(), bytes("pending"));
                        a.close();
                        closedOn.complete(Thread.currentThread().getName());
                        return pending;
                    });
            assertTrue(closedOn.get(20, TimeUnit.SECONDS).startsWith("culvert-peer-"), "not on the event loop");
            assertTrue(last.handle((result, failure) -> failure != null).get(10, TimeUnit.SECONDS));
        }
        assertNoThreads();
    }

    @Test
    void shouldCloseFromAConnectionListener() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        peers.connectTimeout = Duration.ofSeconds(15);
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        PeerTransport a = peers.openA();
        a.onConnection(new ConnectionListener() {
            @Override
            public void onConnected(ConnectionInfo connection) {
                a.close();
                closed.complete(true);
            }

            @Override
            public void onDisconnected(PeerId peer, String cause) {}
        });
        try (PeerTransport b = peers.openB()) {
            CompletableFuture<SendResult> sent = a.send(b.localPeer(), bytes("hello"));
            assertTrue(closed.get(20, TimeUnit.SECONDS));
            assertTrue(sent.handle((result, failure) -> true).get(10, TimeUnit.SECONDS));
        }
        assertNoThreads();
    }

    @Test
    void shouldCloseFromSeveralThreadsAtOnce() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        PeerTransport a = peers.openA();
        List<Thread> closers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            closers.add(new Thread(a::close));
        }
        closers.forEach(Thread::start);
        for (Thread closer : closers) {
            closer.join(10_000);
            assertTrue(!closer.isAlive());
        }
        assertNoThreads();
    }

    @Test
    void shouldLeaveNothingBehindWhenItCanNotBeOpened() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        try (PeerTransport a = peers.openA()) {
            int port = a.localAddresses().get(0).getPort();
            List<String> before = threads();
            try {
                peers.builder(peers.b, "b").port(port).open();
                throw new AssertionError("the port is taken");
            } catch (TransportException e) {
                // The DHT is still the caller's and has a thread of its own, which begins with the first use.
                assertThreads(before);
            }
            peers.openB().close();
        }
        assertNoThreads();
    }
}
