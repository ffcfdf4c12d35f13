package dev.culvert.peer;

import dev.culvert.dht.QueueConfig;
import dev.culvert.dht.mainline.MainlineConfig;
import dev.culvert.dht.mainline.MainlineDht;
import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.PrivacyMode;
import dev.culvert.transport.SendResult;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A peer in a JVM of its own that {@link KilledPeersTest} kills whenever it likes. Both ends note what happened in a file,
 * one line each: the sender each message for which QUEUED was returned, the receiver each that its handler was given.
 * Arguments: directory, DHT port, bootstrap port, peer, and for a sender how many messages there are.
 */
final class KilledPeer {
    static final String NOTES = "notes";
    static final String UP = "up";

    private KilledPeer() {}

    /** Runs until it is killed, or its input ends. */
    public static void main(String[] words) throws IOException {
        Path directory = Path.of(words[0]);
        PeerId peer = PeerId.parse(words[3]);
        try (PeerTransport transport = builder(directory, words[1], words[2])
                .privacy(PrivacyMode.DHT_ONLY)
                .allowDhtToSeeMyAddress()
                .open()) {
            transport.onMessage((from, message) -> {
                int number = ByteBuffer.wrap(message.payload()).getInt();
                Note.of(number, message.id(), message.tier(), message.redelivered(), message.payload())
                        .appendTo(directory.resolve(NOTES));
            });
            var unused = transport.addContact(peer).join();
            System.out.println(UP);
            if (words.length > 4) {
                send(transport, peer, directory, Integer.parseInt(words[4]));
            }
            while (System.in.read() >= 0) {
                // Until the test ends or is killed itself.
            }
        }
    }

    /** A transport on the directory of a {@link KilledProcess}, with a queue that is quick, on a DHT of this machine. */
    static PeerTransportBuilder builder(Path directory, String port, String bootstrapPort) {
        MainlineDht dht = MainlineDht.open(MainlineConfig.closed(
                        "127.0.0.1:" + port,
                        List.of(new InetSocketAddress("127.0.0.1", Integer.parseInt(bootstrapPort))))
                .build());
        QueueConfig queue = QueueConfig.builder()
                .pollInterval(Duration.ofMillis(100), Duration.ofMillis(500))
                .retry(Duration.ofMillis(100), Duration.ofSeconds(1))
                .build();
        return PeerTransport.builder(Identity.load(directory.resolve(KilledProcess.IDENTITY)))
                .dht(dht)
                .directory(directory)
                .queue(queue);
    }

    /** Goes on after the last message that was noted; one that was queued but not noted is sent twice, as two messages. */
    private static void send(PeerTransport transport, PeerId peer, Path directory, int count) throws IOException {
        Path notes = directory.resolve(NOTES);
        int done = Files.exists(notes) ? Files.readAllLines(notes).size() : 0;
        for (int i = done; i < count; i++) {
            byte[] payload =
                    ByteBuffer.allocate(Integer.BYTES + i % 3 * 600).putInt(i).array(); // some in parts
            SendResult result = transport.send(peer, payload).join();
            Note.of(i, result.id(), result.tier(), false, payload).appendTo(notes);
        }
    }
}
