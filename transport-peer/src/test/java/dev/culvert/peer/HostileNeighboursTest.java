package dev.culvert.peer;

import static dev.culvert.peer.TwoPeers.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.identity.Identity;
import dev.culvert.transport.ConnectFailedException;
import dev.culvert.transport.SendResult;
import dev.culvert.transport.Tier;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A transport that is flooded, and that somebody calls in another's name, while it talks to a peer. */
@Timeout(120)
@Tag("real-time")
class HostileNeighboursTest {
    private static final int FORGED = 100_000;
    private static final int IMPOSTORS = 4;
    private static final int LARGEST_DATAGRAM = 1_400;

    @TempDir
    Path directory;

    /** Talks until told to stop; all of it must arrive over the connection. */
    private static final class Talk extends Thread {
        private final PeerTransport from;
        private final PeerTransport to;
        private final AtomicBoolean over = new AtomicBoolean();
        private final List<CompletableFuture<SendResult>> results = new ArrayList<>();

        Talk(PeerTransport from, PeerTransport to) {
            super("test-talk");
            this.from = from;
            this.to = to;
            setDaemon(true);
        }

        @Override
        public void run() {
            while (!over.get()) {
                CompletableFuture<SendResult> result = from.send(to.localPeer(), new byte[5_000]);
                results.add(result);
                result.join();
            }
        }

        int end() throws InterruptedException {
            over.set(true);
            join(TimeUnit.SECONDS.toMillis(60));
            results.forEach(result -> assertEquals(Tier.DIRECT, result.join().tier()));
            return results.size();
        }
    }

    private static void flood(PeerTransport target) throws Exception {
        Random random = new Random(7);
        InetSocketAddress at = target.localAddresses().get(0);
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < FORGED; i++) {
                byte[] bytes = new byte[1 + random.nextInt(LARGEST_DATAGRAM)];
                random.nextBytes(bytes);
                if (i % 3 == 0) {
                    bytes[0] = (byte) (i % 2); // as STUN begins
                } else if (i % 3 == 1) {
                    bytes[0] |= (byte) 0xc0; // as QUIC does
                }
                socket.send(new DatagramPacket(bytes, bytes.length, at));
            }
        }
    }

    @Test
    void shouldHarmNobodyElse() throws Exception {
        ManyPeers peers = new ManyPeers(directory, 3);
        SignalBoard board = peers.board();
        try (PeerTransport self =
                        peers.builder(0).connectTimeout(Duration.ofSeconds(2)).open();
                PeerTransport friend = peers.builder(1).open()) {
            self.addContact(friend.localPeer()).join();
            self.addContact(peers.id(2)).join(); // in whose name the impostors call
            self.onMessage((from, message) -> {
                if (!from.equals(friend.localPeer())) {
                    throw new AssertionError("a message in another's name");
                }
            });
            friend.connect(self.localPeer(), Duration.ofSeconds(20));
            Talk talk = new Talk(friend, self);
            talk.start();

            flood(self);
            flood(friend);
            for (int i = 0; i < IMPOSTORS; i++) {
                Identity impostor = Identity.generate();
                try (PeerTransport caller = PeerTransport.builder(impostor)
                        .dht(MemoryDht.join(new MemoryNetwork()))
                        .rendezvous(board.of(peers.id(2)))
                        .directory(directory.resolve("impostor" + i))
                        .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                        .connectTimeout(Duration.ofSeconds(2))
                        .open()) {
                    assertThrows(
                            ConnectFailedException.class,
                            () -> caller.connect(self.localPeer(), Duration.ofSeconds(20)));
                }
            }
            int messages = talk.end();
            System.out.println(messages + " messages meanwhile");
            assertTrue(messages > IMPOSTORS, "only " + messages);
            assertEquals(1, self.connections().join().size());
            assertEquals(0, self.counters().get("handler.failures"));
            assertEquals(
                    Tier.DIRECT,
                    friend.send(self.localPeer(), bytes("all well"), Duration.ofSeconds(20))
                            .tier());
        }
    }
}
