package dev.culvert.peer;

import dev.culvert.dht.QueueConfig;
import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.ice.Vanishing;
import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.ReceivedMessage;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Two identities on one memory DHT and loopback sockets, whose transports can be opened and closed at will. */
final class TwoPeers {
    record Message(PeerId from, ReceivedMessage message) {
        String text() {
            return new String(message.payload(), StandardCharsets.UTF_8);
        }
    }

    final MemoryNetwork network = new MemoryNetwork();
    final Identity a = Identity.generate();
    final Identity b = Identity.generate();
    final BlockingQueue<Message> atA = new LinkedBlockingQueue<>();
    final BlockingQueue<Message> atB = new LinkedBlockingQueue<>();
    private final Path directory;

    /** Short for those that wait for it; more for those that must connect on a busy machine. */
    Duration connectTimeout = Duration.ofSeconds(3);

    TwoPeers(Path directory) {
        this.directory = directory;
    }

    PeerTransport openA() {
        return open(builder(a, "a"), b, atA);
    }

    PeerTransport openB() {
        return open(builder(b, "b"), a, atB);
    }

    PeerTransportBuilder builder(Identity self, String name) {
        return PeerTransport.builder(self)
                .dht(MemoryDht.join(network))
                .directory(directory.resolve(name))
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .connectTimeout(connectTimeout)
                .pollInterval(Duration.ofMillis(100))
                .queue(QueueConfig.builder()
                        .pollInterval(Duration.ofMillis(100), Duration.ofMillis(500))
                        .build());
    }

    static PeerTransport open(PeerTransportBuilder builder, Identity contact, BlockingQueue<Message> inbox) {
        PeerTransport transport = builder.open();
        transport.onMessage((from, message) -> inbox.add(new Message(from, message)));
        transport.addContact(contact.peerId()).join();
        return transport;
    }

    /** Ends its sockets and paths as the end of its process does: its peers hear nothing. */
    static void vanish(PeerTransport transport) {
        Vanishing.vanish(((IceDialler) transport.dialler()).endpoint());
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static Message take(BlockingQueue<Message> inbox) throws InterruptedException {
        Message message = inbox.poll(20, TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("no message within 20 s");
        }
        return message;
    }
}
