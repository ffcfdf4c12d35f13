package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.LOOPBACK;
import static dev.culvert.ice.LoopbackPair.TIMEOUT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.internal.StunWriter;
import dev.culvert.transport.ConnectionState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * 100 000 datagrams of junk from many addresses towards an endpoint whose session carries messages all the while: each is
 * counted under its cause, nothing is delivered or answered, nothing grows, and every message arrives.
 */
@Timeout(120)
class FloodTest {
    private static final int FLOOD = 100_000;
    private static final int BURST = 100;
    private static final int ATTACKERS = 20;

    private final IceEndpoint endpoint = IceEndpoint.open(LOOPBACK);
    private final IceContext victim = endpoint.openContext();
    private final IceContext peer = IceContext.open(LOOPBACK);
    private final InetSocketAddress target = endpoint.localAddresses().get(0);
    private final List<DatagramChannel> attackers = new ArrayList<>();
    private final Map<DropCause, Long> sent = new EnumMap<>(DropCause.class);
    private final Random random = new Random(20_261_121);

    private IceDescription description;
    private IceDescription peerDescription;

    @BeforeEach
    void connect() throws IOException {
        description = victim.gather(TIMEOUT);
        peerDescription = peer.gather(TIMEOUT);
        var far = peer.connectAsync(description, Role.CONTROLLED, TIMEOUT);
        victim.connect(peerDescription, Role.CONTROLLING, TIMEOUT);
        far.join();
        for (int i = 0; i < ATTACKERS; i++) {
            // All of 127/8 is ours: the flood comes from other hosts as far as the endpoint can tell.
            InetAddress host = InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) (1 + i)});
            DatagramChannel attacker = DatagramChannel.open().bind(new InetSocketAddress(host, 0));
            attacker.configureBlocking(false);
            attackers.add(attacker);
        }
    }

    @AfterEach
    void close() throws IOException {
        for (DatagramChannel attacker : attackers) {
            attacker.close();
        }
        victim.close();
        peer.close();
        endpoint.close();
    }

    @Test
    void shouldKeepItsSessionThroughAFlood() throws Exception {
        flood(5_000); // what is loaded and pooled once
        long heapBefore = ProcessFootprint.liveHeap();
        int descriptors = ProcessFootprint.descriptors();
        int transactions = endpoint.contexts().transactionCount();

        int messages = flood(FLOOD);

        assertEquals(FLOOD / BURST, messages, "messages of the session that arrived");
        assertCountedByCause();
        assertEquals("0", LoopbackPair.receiveText(victim, 0), "something was delivered");
        assertEquals(0, victim.stats().drops(DropCause.QUEUE_OVERFLOW));
        for (DatagramChannel attacker : attackers) {
            assertNull(attacker.receive(ByteBuffer.allocate(1_500)), "an attacker was answered");
        }
        assertEquals(ConnectionState.CONNECTED, victim.state());
        assertEquals(1, endpoint.routeCount());
        assertEquals(1, endpoint.contexts().size());
        // Consent checks of the session itself come and go.
        assertTrue(endpoint.contexts().transactionCount() <= transactions + 8, "transactions grew");
        assertTrue(ProcessFootprint.descriptors() <= descriptors, "descriptors grew");
        long grown = ProcessFootprint.liveHeap() - heapBefore;
        assertTrue(grown < 1 << 20, () -> "heap grew by " + grown + " B");
    }

    /** Sends so much junk, and a message of the session after each burst; returns how many of the messages arrived. */
    private int flood(int count) throws Exception {
        int arrived = 0;
        for (int number = 0; number < count; ) {
            for (int i = 0; i < BURST; i++, number++) {
                DatagramChannel attacker = attackers.get(random.nextInt(ATTACKERS));
                assertTrue(attacker.send(ByteBuffer.wrap(junk(number)), target) >= 0);
            }
            String text = "message " + number;
            assertEquals(SendStatus.SENT, peer.send(LoopbackPair.text(text)));
            assertEquals(text, LoopbackPair.receiveText(victim, 10_000), "not the session's next message");
            arrived++;
            // As quickly as it is taken: what the kernel's buffer drops would prove nothing.
            Eventually.holds(() -> endpoint.drops() + " of " + sent, this::isAllCounted);
        }
        return arrived;
    }

    private boolean isAllCounted() {
        return sum(endpoint.drops()) >= sum(sent);
    }

    private static long sum(Map<DropCause, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private void assertCountedByCause() {
        Map<DropCause, Long> counted = new EnumMap<>(endpoint.drops());
        // A genuine answer counts here as well if it comes twice, because its check was repeated.
        long repeated = counted.get(DropCause.STUN_UNKNOWN_TRANSACTION) - sent.get(DropCause.STUN_UNKNOWN_TRANSACTION);
        assertTrue(repeated >= 0 && repeated < 20, () -> "counted " + counted);
        counted.put(DropCause.STUN_UNKNOWN_TRANSACTION, sent.get(DropCause.STUN_UNKNOWN_TRANSACTION));
        assertEquals(sent, counted);
    }

    /** One of nine kinds of junk; notes what it is to be counted as. */
    private byte[] junk(int number) {
        byte[] id = new byte[12];
        random.nextBytes(id);
        return switch (number % 9) {
            case 0 -> expect(DropCause.UNKNOWN_SOURCE, data(random.nextInt(1_400)));
            case 1 -> expect(DropCause.UNKNOWN_SOURCE, data(number % 900 == 1 ? 60_000 : 0));
            case 2 ->
                expect(
                        DropCause.STUN_UNKNOWN_USER,
                        request(id, "u" + number + ":x")
                                .integrity("guess" + number)
                                .fingerprint()
                                .bytes());
            case 3 ->
                expect(
                        DropCause.STUN_BAD_INTEGRITY,
                        toVictim(id).integrity("guess" + number).fingerprint().bytes());
            case 4 -> expect(DropCause.STUN_BAD_INTEGRITY, replayedWithAnotherId(id));
            case 5 ->
                expect(
                        DropCause.STUN_UNKNOWN_TRANSACTION,
                        new StunWriter(StunWriter.BINDING_SUCCESS, id)
                                .xorMapped(target)
                                .integrity(peerDescription.password())
                                .fingerprint()
                                .bytes());
            case 6 ->
                expect(
                        DropCause.STUN_INDICATION,
                        new StunWriter(StunWriter.BINDING_INDICATION, id)
                                .fingerprint()
                                .bytes());
            case 7 ->
                expect(
                        DropCause.STUN_UNKNOWN_USER,
                        new StunWriter(StunWriter.BINDING_REQUEST, id)
                                .attribute(0x8022, data(number % 900 == 7 ? 50_000 : 700))
                                .fingerprint()
                                .bytes());
            default -> // looks like STUN, but without a FINGERPRINT it is data
                expect(
                        DropCause.UNKNOWN_SOURCE,
                        toVictim(id).integrity(description.password()).bytes());
        };
    }

    private byte[] expect(DropCause cause, byte[] datagram) {
        sent.merge(cause, 1L, Long::sum);
        return datagram;
    }

    /** Never takes itself for STUN. */
    private byte[] data(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        if (length > 0) {
            bytes[0] |= (byte) 0x80;
        }
        return bytes;
    }

    private static StunWriter request(byte[] id, String username) {
        return new StunWriter(StunWriter.BINDING_REQUEST, id).check().username(username);
    }

    private StunWriter toVictim(byte[] id) {
        return request(id, description.ufrag() + ":" + peerDescription.ufrag());
    }

    /** The integrity of a genuine request under the head of another, as one who has seen requests go by would try. */
    private byte[] replayedWithAnotherId(byte[] id) {
        byte[] genuine = toVictim("seen-on-path".getBytes(UTF_8))
                .integrity(description.password())
                .bytes();
        byte[] stolen = Arrays.copyOfRange(genuine, genuine.length - 20, genuine.length);
        return toVictim(id).attribute(0x0008, stolen).fingerprint().bytes();
    }
}
