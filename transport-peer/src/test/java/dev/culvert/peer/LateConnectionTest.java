package dev.culvert.peer;

import static dev.culvert.peer.TwoPeers.bytes;
import static dev.culvert.peer.TwoPeers.take;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.QueueConfig;
import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.SendResult;
import dev.culvert.transport.Tier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A connection that comes up after its messages have been queued: they go over it, before newer ones, once each. */
@Timeout(90)
class LateConnectionTest {
    @TempDir
    Path directory;

    private final FakeRendezvous atA = new FakeRendezvous();
    private final FakeRendezvous atB = new FakeRendezvous();

    /** Whose queue is never looked at, so that only a connection can bring what is in it. */
    private static PeerTransport open(
            PeerTransportBuilder builder,
            FakeRendezvous rendezvous,
            Identity contact,
            BlockingQueue<TwoPeers.Message> inbox) {
        return TwoPeers.open(
                builder.rendezvous(rendezvous)
                        .connectTimeout(Duration.ofSeconds(60))
                        .queueAfter(Duration.ofMillis(300))
                        .queue(QueueConfig.builder()
                                .pollInterval(Duration.ofHours(1), Duration.ofHours(1))
                                .build()),
                contact,
                inbox);
    }

    private static byte[] nextSignal(FakeRendezvous rendezvous) throws InterruptedException {
        byte[] signal = rendezvous.published.poll(20, TimeUnit.SECONDS);
        assertTrue(signal != null && signal.length > 0, "nothing was published");
        return signal;
    }

    @Test
    void shouldTakeWhatWasQueuedOverAConnectionThatComesLate() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        try (PeerTransport a = open(peers.builder(peers.a, "a"), atA, peers.b, peers.atA);
                PeerTransport b = open(peers.builder(peers.b, "b"), atB, peers.a, peers.atB)) {
            PeerId toB = b.localPeer();
            List<CompletableFuture<SendResult>> queued = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                queued.add(a.send(toB, bytes("m" + i)));
            }
            for (CompletableFuture<SendResult> result : queued) {
                assertEquals(Tier.QUEUED, result.get(20, TimeUnit.SECONDS).tier());
            }
            assertEquals(300, a.queuedFor(toB).join());

            // The signals arrive at last. What is sent now waits for what was sent before.
            LinkedBlockingQueue<String> connected = new LinkedBlockingQueue<>();
            a.onConnection(new ConnectionListener() {
                @Override
                public void onConnected(ConnectionInfo connection) {
                    for (int i = 300; i < 400; i++) {
                        queued.add(a.send(toB, bytes("m" + i)));
                    }
                    connected.add("up");
                }

                @Override
                public void onDisconnected(PeerId peer, String cause) {
                    connected.add("down: " + cause);
                }
            });
            atB.show(a.localPeer(), nextSignal(atA));
            atA.show(toB, nextSignal(atB));
            assertEquals("up", connected.poll(20, TimeUnit.SECONDS));
            for (int i = 0; i < 400; i++) {
                TwoPeers.Message message = take(peers.atB);
                assertEquals("m" + i, message.text());
                assertEquals(Tier.DIRECT, message.message().tier());
            }
            for (int i = 300; i < 400; i++) {
                assertEquals(
                        Tier.DIRECT, queued.get(i).get(20, TimeUnit.SECONDS).tier());
            }
            // The last of them was sent when the queue was empty, and is confirmed.
            assertEquals(0, a.queuedFor(toB).join());
            assertNull(peers.atB.poll());
        }
    }
}
