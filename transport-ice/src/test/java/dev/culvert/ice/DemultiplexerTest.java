package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.LOOPBACK;
import static dev.culvert.ice.LoopbackPair.TIMEOUT;
import static dev.culvert.ice.LoopbackPair.receiveText;
import static dev.culvert.ice.LoopbackPair.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.culvert.ice.internal.RecentRequests;
import dev.culvert.ice.internal.StunWriter;
import dev.culvert.transport.ConnectionState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connected pair, and a third socket on the same machine that sends the victim whatever it likes. */
@Timeout(60)
class DemultiplexerTest {
    private static final byte[] ID = "attack-id-01".getBytes(UTF_8);

    private final IceEndpoint endpoint = IceEndpoint.open(LOOPBACK);
    private final IceContext victim = endpoint.openContext();
    private final IceContext peer = IceContext.open(LOOPBACK);
    private final InetSocketAddress target = endpoint.localAddresses().get(0);

    private DatagramChannel attacker;
    private IceDescription description;
    private IceDescription peerDescription;

    @BeforeEach
    void connect() throws IOException {
        description = victim.gather(TIMEOUT);
        peerDescription = peer.gather(TIMEOUT);
        var far = peer.connectAsync(description, Role.CONTROLLED, TIMEOUT);
        victim.connect(peerDescription, Role.CONTROLLING, TIMEOUT);
        far.join();
        LoopbackPair.awaitNominated(victim, peer);
        attacker = DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        attacker.configureBlocking(false);
    }

    @AfterEach
    void close() throws IOException {
        attacker.close();
        victim.close();
        peer.close();
        endpoint.close();
    }

    private void attack(byte[] datagram) throws IOException {
        attacker.send(ByteBuffer.wrap(datagram), target);
    }

    private long drops(DropCause cause) {
        return endpoint.drops().getOrDefault(cause, 0L);
    }

    /** Sends it, and waits until it is counted under its cause. */
    private void assertCounted(DropCause cause, byte[] datagram) throws IOException {
        long before = drops(cause);
        attack(datagram);
        Eventually.holds(() -> cause + " is " + drops(cause), () -> drops(cause) == before + 1);
    }

    /** Nothing was delivered, nobody answered the attacker, and data still flows both ways. */
    private void assertUnharmed() throws Exception {
        assertEquals(null, attacker.receive(ByteBuffer.allocate(1_500)), "the attacker was answered");
        assertEquals("0", receiveText(victim, 0), "something was delivered");
        assertEquals(ConnectionState.CONNECTED, victim.state());
        assertEquals(1, endpoint.routeCount());
        peer.send(text("to the victim"));
        assertEquals("to the victim", receiveText(victim, 5_000));
        victim.send(text("to the peer"));
        assertEquals("to the peer", receiveText(peer, 5_000));
    }

    private StunWriter check(String ufrag) {
        return new StunWriter(StunWriter.BINDING_REQUEST, ID).check().username(ufrag + ":" + peerDescription.ufrag());
    }

    @Test
    void shouldNotDeliverDataFromAnUnknownAddress() throws Exception {
        assertCounted(DropCause.UNKNOWN_SOURCE, "forged".getBytes(UTF_8));
        assertCounted(DropCause.UNKNOWN_SOURCE, new byte[0]);
        assertCounted(DropCause.UNKNOWN_SOURCE, new byte[60_000]);

        assertUnharmed();
    }

    @Test
    void shouldNotAnswerARequestWithWrongIntegrity() throws Exception {
        byte[] wrong = check(description.ufrag())
                .integrity(peerDescription.password())
                .fingerprint()
                .bytes();
        assertCounted(DropCause.STUN_BAD_INTEGRITY, wrong);

        assertUnharmed();
    }

    @Test
    void shouldNotAnswerARequestWithoutIntegrity() throws Exception {
        assertCounted(
                DropCause.STUN_BAD_INTEGRITY,
                check(description.ufrag()).fingerprint().bytes());

        assertUnharmed();
    }

    /** What the tests above rely on: the same request, rightly signed, is answered. */
    @Test
    void shouldAnswerARequestWithTheRightIntegrity() throws Exception {
        attack(check(description.ufrag())
                .integrity(description.password())
                .fingerprint()
                .bytes());

        Eventually.holds("an answer", this::isAnswered);
    }

    /** Whoever is on the path can append attributes and make a new FINGERPRINT; the agent must not see them. */
    @Test
    void shouldIgnoreAMalformedAttributeBehindTheIntegrity() throws Exception {
        attack(check(description.ufrag())
                .integrity(description.password())
                .attribute(0x0020, new byte[1]) // no address is one byte long
                .fingerprint()
                .bytes());

        Eventually.holds("an answer", this::isAnswered);
    }

    private boolean isAnswered() {
        try {
            byte[] received = new byte[1_500];
            return attacker.receive(ByteBuffer.wrap(received)) != null
                    && ByteBuffer.wrap(received).getShort(0) == StunWriter.BINDING_SUCCESS
                    && Arrays.equals(ID, StunWriter.idOf(received));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldCountRequestsForNobody() throws Exception {
        assertCounted(
                DropCause.STUN_UNKNOWN_USER,
                check("nobody").integrity(description.password()).fingerprint().bytes());
        assertCounted(
                DropCause.STUN_UNKNOWN_USER,
                new StunWriter(StunWriter.BINDING_REQUEST, ID).fingerprint().bytes());
        // The names the wrong way round are the peer's, not ours.
        assertCounted(
                DropCause.STUN_UNKNOWN_USER,
                new StunWriter(StunWriter.BINDING_REQUEST, ID)
                        .username(peerDescription.ufrag() + ":" + description.ufrag())
                        .integrity(description.password())
                        .fingerprint()
                        .bytes());

        assertUnharmed();
    }

    @Test
    void shouldCountUnsolicitedResponses() throws Exception {
        for (int type : new int[] {StunWriter.BINDING_SUCCESS, StunWriter.BINDING_ERROR}) {
            assertCounted(
                    DropCause.STUN_UNKNOWN_TRANSACTION,
                    new StunWriter(type, ID)
                            .xorMapped(target)
                            .integrity(peerDescription.password())
                            .fingerprint()
                            .bytes());
        }

        assertUnharmed();
    }

    @Test
    void shouldCountMalformedStunAndIndications() throws Exception {
        byte[] overrun = new StunWriter(StunWriter.BINDING_REQUEST, ID)
                .attribute(0x8022, new byte[4])
                .bytes();
        overrun[23] = 100;
        byte[] signed = withFingerprint(overrun);
        assertCounted(DropCause.STUN_MALFORMED, signed);
        assertCounted(
                DropCause.STUN_INDICATION,
                new StunWriter(StunWriter.BINDING_INDICATION, ID).fingerprint().bytes());

        assertUnharmed();
    }

    /** A right FINGERPRINT behind wrong attributes. */
    private static byte[] withFingerprint(byte[] message) {
        byte[] longer = Arrays.copyOf(message, message.length + 8);
        longer[3] = (byte) (longer.length - 20);
        java.util.zip.CRC32 crc = new java.util.zip.CRC32();
        crc.update(longer, 0, message.length);
        ByteBuffer.wrap(longer, message.length, 8).putInt(0x80280004).putInt((int) crc.getValue() ^ 0x5354554e);
        return longer;
    }

    @Test
    void shouldDeliverAsDataWhatOnlyLooksLikeStun() throws Exception {
        byte[] bare = new StunWriter(StunWriter.BINDING_REQUEST, ID).bytes();
        byte[] wrongCrc =
                new StunWriter(StunWriter.BINDING_SUCCESS, ID).fingerprint().bytes();
        wrongCrc[wrongCrc.length - 1] ^= 1;
        for (byte[] payload : new byte[][] {bare, wrongCrc}) {
            assertEquals(SendStatus.SENT, peer.send(ByteBuffer.wrap(payload)));

            ByteBuffer received = ByteBuffer.allocate(100);
            assertEquals(payload.length, victim.recvTimeout(received, 5_000));
            assertArrayEquals(payload, Arrays.copyOf(received.array(), payload.length));
        }
        assertCounted(DropCause.UNKNOWN_SOURCE, bare); // the same from elsewhere

        assertUnharmed();
    }

    /** An eavesdropper can send a genuine request again from wherever he likes; that must not make his data the peer's. */
    @Test
    void shouldNotTakeDataFromWhoReplaysARequestOfThePeer() throws Exception {
        byte[] request = check(description.ufrag())
                .integrity(description.password())
                .fingerprint()
                .bytes();
        attack(request);
        Eventually.holds("an answer", this::isAnswered);
        try (DatagramChannel elsewhere =
                DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            elsewhere.configureBlocking(false);
            elsewhere.send(ByteBuffer.wrap(request), target);
            Eventually.holds("a replay", () -> victim.stats().drops(DropCause.STUN_REPLAYED) == 1);

            long unknown = drops(DropCause.UNKNOWN_SOURCE);
            elsewhere.send(text("forged"), target);
            attack("forged".getBytes(UTF_8));
            Eventually.holds("two strangers", () -> drops(DropCause.UNKNOWN_SOURCE) == unknown + 2);

            assertEquals(null, elsewhere.receive(ByteBuffer.allocate(1_500)), "the replay was answered");
        }
        assertEquals(1, endpoint.routeCount());
        assertEquals("0", receiveText(victim, 0), "something was delivered");
    }

    /** Someone who knows the password, the peer itself, may not make us remember without end either. */
    @Test
    void shouldBoundWhatAnAuthenticatedFloodMakesItRemember() throws Exception {
        int flood = 3 * RecentRequests.MAX;
        for (int i = 0; i < flood; i++) {
            byte[] id = ByteBuffer.allocate(12).putInt(i).array();
            attack(new StunWriter(StunWriter.BINDING_REQUEST, id)
                    .check()
                    .username(description.ufrag() + ":" + peerDescription.ufrag())
                    .integrity(description.password())
                    .fingerprint()
                    .bytes());
        }

        Eventually.holds(
                () -> "counted " + victim.stats().drops(),
                () -> victim.stats().drops(DropCause.TOO_MANY_REQUESTS) >= flood - RecentRequests.MAX);
        assertEquals(ConnectionState.CONNECTED, victim.state());
        peer.send(text("still here"));
        assertEquals("still here", receiveText(victim, 5_000));
    }
}
