package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.PeerId;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How soon a peer hears that the other has ended the connection. */
@Timeout(60)
class GoodbyeTest {
    @TempDir
    Path directory;

    /** QUIC's word that it ends waits for room like any other, and who ends does not. */
    @Test
    void shouldHearOfTheEndThoughSoMuchIsOnItsWayThatQuicCanNotSaySo() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        peers.connectTimeout = Duration.ofSeconds(20);
        CountDownLatch up = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch full = new CountDownLatch(1);
        BlockingQueue<String> ended = new LinkedBlockingQueue<>();
        try (PeerTransport a = peers.openA();
                PeerTransport b = peers.openB()) {
            b.onConnection(new ConnectionListener() {
                @Override
                public void onConnected(ConnectionInfo connection) {
                    up.countDown();
                }

                @Override
                public void onDisconnected(PeerId peer, String cause) {
                    ended.add(cause);
                }
            });
            b.realTime().onDatagram((from, payload) -> {
                held.countDown();
                awaitQuietly(full); // and so nothing is acknowledged
            });
            assertNotNull(a.connect(b.localPeer()).get(20, TimeUnit.SECONDS));
            assertTrue(up.await(20, TimeUnit.SECONDS));
            a.realTime().sendDatagram(b.localPeer(), ByteBuffer.wrap(new byte[] {1}));
            assertTrue(held.await(20, TimeUnit.SECONDS));
            for (int i = 0; i < 64; i++) {
                var unused = a.send(b.localPeer(), new byte[64 << 10]);
            }
            a.connections().join(); // behind those
            a.disconnect(b.localPeer()).join();
            full.countDown();

            String cause = ended.poll(5, TimeUnit.SECONDS);
            assertTrue(cause != null && cause.contains("closed"), "ended by: " + cause);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
