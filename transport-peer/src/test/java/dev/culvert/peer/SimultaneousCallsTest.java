package dev.culvert.peer;

import static dev.culvert.peer.TwoPeers.bytes;
import static dev.culvert.peer.TwoPeers.take;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.SendResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both sides call at the same time: one connection results, and everything arrives once. */
@Timeout(60)
class SimultaneousCallsTest {
    private static final int MESSAGES = 5;

    @TempDir
    Path directory;

    @RepeatedTest(20)
    void shouldEndUpWithOneConnection() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        peers.connectTimeout = Duration.ofSeconds(15);
        try (PeerTransport a = peers.openA();
                PeerTransport b = peers.openB()) {
            List<CompletableFuture<SendResult>> results = new ArrayList<>();
            for (int i = 0; i < MESSAGES; i++) {
                results.add(a.send(b.localPeer(), bytes("m" + i)));
                results.add(b.send(a.localPeer(), bytes("m" + i)));
            }
            for (CompletableFuture<SendResult> result : results) {
                result.get(20, TimeUnit.SECONDS);
            }

            assertAllOnce(peers.atA);
            assertAllOnce(peers.atB);
            assertEquals(1, a.connections().join().size());
            assertEquals(1, b.connections().join().size());
            assertEquals(1, a.dialler().contextCount());
            assertEquals(1, b.dialler().contextCount());
            ConnectionInfo atA = a.connections().join().get(0);
            ConnectionInfo atB = b.connections().join().get(0);
            assertEquals(atA.pair().remoteAddress(), atB.pair().base());
        }
    }

    private static void assertAllOnce(BlockingQueue<TwoPeers.Message> inbox) throws InterruptedException {
        Set<String> texts = new HashSet<>();
        for (int i = 0; i < MESSAGES; i++) {
            assertTrue(texts.add(take(inbox).text()));
        }
        assertTrue(inbox.isEmpty());
    }
}
