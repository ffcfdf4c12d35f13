package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.LOOPBACK;
import static dev.culvert.ice.LoopbackPair.TIMEOUT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.internal.ConsentMonitor.Consent;
import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.StunWriter;
import dev.culvert.ice.internal.ice4j.IceAgent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The peer's checks over a nominated pair: most only want an answer, and the others are still ice4j's. */
@Timeout(30)
class PlainCheckTest {
    private static final int ICE_CONTROLLED = 0x8029;
    private static final int ICE_CONTROLLING = 0x802A;
    private static final int USE_CANDIDATE = 0x0025;
    private static final int ERROR_CODE = 0x0009;

    /** What the near agent sent, by transaction id. */
    private final Map<String, byte[]> sent = new ConcurrentHashMap<>();

    private final IceEndpoint near = IceEndpoint.open(LOOPBACK, (sockets, own) -> new IceAgent(sockets, new Tap(own)));
    private final IceEndpoint far = IceEndpoint.open(LOOPBACK);
    private final IceContext answering = near.openContext();
    private final IceContext asking = far.openContext();
    private IceDescription keys;

    /** Keeps a copy of everything that is sent. */
    private final class Tap extends ForwardingListener {
        Tap(IceAgent.Listener listener) {
            super(listener);
        }

        @Override
        public void send(byte[] message, InetSocketAddress local, InetSocketAddress remote) throws IOException {
            sent.put(new String(StunWriter.idOf(message), UTF_8), message.clone());
            super.send(message, local, remote);
        }
    }

    /** The near side is the controlling one. */
    @BeforeEach
    void connect() {
        keys = answering.gather(TIMEOUT);
        IceDescription other = asking.gather(TIMEOUT);
        var farConnected = asking.connectAsync(keys, Role.CONTROLLED, TIMEOUT);
        answering.connect(other, Role.CONTROLLING, TIMEOUT);
        farConnected.join();
        LoopbackPair.awaitNominated(answering, asking);
    }

    @AfterEach
    void close() {
        near.close();
        far.close();
    }

    private byte[] check(String id, int... attributes) {
        StunWriter check = new StunWriter(StunWriter.BINDING_REQUEST, id.getBytes(UTF_8))
                .username(keys.ufrag() + ":far")
                .attribute(0x0024, new byte[] {0x6e, 0, 1, -1});
        for (int attribute : attributes) {
            check.attribute(attribute, new byte[attribute == USE_CANDIDATE ? 0 : 8]);
        }
        return check.integrity(keys.password()).fingerprint().bytes();
    }

    private void sendCheck(String id, int... attributes) {
        far.socket(far.localAddresses().get(0))
                .send(
                        ByteBuffer.wrap(check(id, attributes)),
                        near.localAddresses().get(0));
    }

    /** What the near side answers to a check with these attributes from the far side's address. */
    private StunMessage answerTo(String id, int... attributes) {
        sendCheck(id, attributes);
        Eventually.holds("it is answered", () -> sent.containsKey(id));
        StunMessage answer = StunMessage.parse(sent.get(id)).orElseThrow();
        assertTrue(answer.isAuthenticWith(keys.password().getBytes(UTF_8)));
        return answer;
    }

    private void assertSays(InetSocketAddress address, StunMessage answer) {
        assertEquals(StunMessage.Kind.SUCCESS, answer.kind());
        assertEquals(address, answer.mappedAddress().orElseThrow());
    }

    @Test
    void shouldBeAnsweredEachTimeTheyCome() {
        InetSocketAddress from = far.localAddresses().get(0);
        assertSays(from, answerTo("plain-check1", ICE_CONTROLLED));
        byte[] first = sent.remove("plain-check1");

        assertSays(from, answerTo("plain-check1", ICE_CONTROLLED));
        assertArrayEquals(first, sent.get("plain-check1"));
    }

    /** ice4j puts USERNAME into its answers, we do not: so the test sees who has answered. */
    @Test
    void shouldReachIce4jWhenTheyNominate() {
        StunMessage plain = answerTo("plain-check2", ICE_CONTROLLED);
        StunMessage nominating = answerTo("nominating-1", ICE_CONTROLLED, USE_CANDIDATE);

        assertSays(far.localAddresses().get(0), nominating);
        assertTrue(nominating.bytes().length > plain.bytes().length, "not ice4j's answer");
    }

    /** ice4j sends its own as soon as a pair is nominated, unless it has been told not to. */
    @Test
    void shouldBeTheOnlyKeepAlives() {
        assertFalse(
                Eventually.within(
                        Duration.ofMillis(300),
                        () -> sent.values().stream().anyMatch(message -> message[0] == 0 && message[1] == 0x11)),
                "a Binding indication was sent");
    }

    /** The silent peer's address has become another context's: the peer must not take the path for a working one. */
    @Test
    void shouldNotBeAnsweredOverAPathThatIsAnothersNow() {
        answering.path().onConsent(Consent.MISSED);
        EndpointSocket socket = near.socket(near.localAddresses().get(0));
        assertTrue(socket.claim(far.localAddresses().get(0), near.openContext(), true, System.nanoTime()));
        long taken = answering.stats().drops(DropCause.ADDRESS_TAKEN);
        sent.clear();

        sendCheck("plain-check3", ICE_CONTROLLED);

        Eventually.holds("it is counted", () -> answering.stats().drops(DropCause.ADDRESS_TAKEN) > taken);
        assertFalse(sent.containsKey("plain-check3"));
    }

    @Test
    void shouldReachIce4jWhenTheyComeOverAnotherPath() throws Exception {
        try (IceEndpoint elsewhere = IceEndpoint.open(LOOPBACK)) {
            byte[] bytes = check("plain-check4", ICE_CONTROLLED);
            elsewhere
                    .socket(elsewhere.localAddresses().get(0))
                    .send(ByteBuffer.wrap(bytes), near.localAddresses().get(0));

            Eventually.holds("it is answered", () -> sent.containsKey("plain-check4"));
            StunMessage answer = StunMessage.parse(sent.get("plain-check4")).orElseThrow();
            // By ice4j, which alone knows whether a new address is welcome now; over the pair it would be the pair's.
            assertNotEquals(far.localAddresses().get(0), answer.mappedAddress().orElse(null));
        }
    }

    @Test
    void shouldReachIce4jWhenTheRolesAreInConflict() {
        // Its tie-breaker is zero, so the near side keeps its role and tells the other to give way.
        StunMessage answer = answerTo("conflict-id1", ICE_CONTROLLING);

        assertEquals(StunMessage.Kind.ERROR, answer.kind());
        assertEquals(487, errorCode(answer.bytes()));
    }

    private static int errorCode(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message);
        int at = 20;
        while (in.getShort(at) != ERROR_CODE) {
            at += 4 + (in.getShort(at + 2) + 3 & ~3);
        }
        return 100 * in.get(at + 6) + in.get(at + 7);
    }
}
