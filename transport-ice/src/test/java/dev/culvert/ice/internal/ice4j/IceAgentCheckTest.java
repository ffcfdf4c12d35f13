package dev.culvert.ice.internal.ice4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.CandidateType;
import dev.culvert.ice.IceDescription;
import dev.culvert.ice.SelectedPair;
import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.StunWriter;
import dev.culvert.ice.internal.TransactionId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The checks and answers that an agent makes itself, as they would leave. */
@Timeout(30)
class IceAgentCheckTest {
    private static final String PEER_PASSWORD = "thePeersOwnPassword123";
    private static final InetSocketAddress NEAR = new InetSocketAddress("127.0.0.1", 4_000);
    private static final InetSocketAddress FAR = new InetSocketAddress("127.0.0.1", 5_000);
    private static final SelectedPair PAIR = new SelectedPair(CandidateType.HOST, NEAR, NEAR, CandidateType.HOST, FAR);
    private static final TransactionId ID = new TransactionId(1, 2);

    /** From where, to where, what. */
    private record Sent(InetSocketAddress local, InetSocketAddress remote, StunMessage message) {}

    private final List<Sent> sent = new ArrayList<>();
    private boolean unreachable;

    private final IceAgent agent = new IceAgent(List.of(NEAR), new IceAgent.Listener() {
        @Override
        public void send(byte[] message, InetSocketAddress local, InetSocketAddress remote) throws IOException {
            if (unreachable) {
                throw new IOException("unreachable");
            }
            sent.add(new Sent(local, remote, StunMessage.parse(message).orElseThrow()));
        }

        @Override
        public void onValid(SelectedPair pair) {}

        @Override
        public void onNominated(SelectedPair pair) {}

        @Override
        public void onExhausted() {}
    });

    @BeforeEach
    void startAsControlling() {
        agent.start(new IceDescription("peer", PEER_PASSWORD, List.of(), false), true);
    }

    @AfterEach
    void free() {
        agent.free();
    }

    private StunMessage check() {
        agent.check(PAIR, ID);
        return sent.get(sent.size() - 1).message();
    }

    private static StunMessage refusal(int code) {
        return StunMessage.parse(new StunWriter(StunWriter.BINDING_ERROR, new byte[12])
                        .error(code)
                        .integrity(PEER_PASSWORD)
                        .fingerprint()
                        .bytes())
                .orElseThrow();
    }

    @Test
    void shouldCheckWithThePeersKeyOverThePair() {
        StunMessage check = check();

        assertEquals(NEAR, sent.get(0).local());
        assertEquals(FAR, sent.get(0).remote());
        assertEquals(ID, check.transactionId());
        assertEquals("peer", check.receiverUfrag());
        assertTrue(check.isAuthenticWith(PEER_PASSWORD.getBytes(UTF_8)));
        assertTrue(check.isPlainCheck(false), "the peer is the controlled one, and takes it for a plain check");
        assertFalse(check.isPlainCheck(true));
    }

    @Test
    void shouldTakeTheOtherRoleWhenThePeerRefusesOurs() {
        check();

        agent.onRefusal(refusal(487));

        StunMessage next = check();
        assertTrue(next.isPlainCheck(true), "now controlled");
        agent.onRefusal(refusal(487));
        assertTrue(check().isPlainCheck(false), "and back");
    }

    @Test
    void shouldKeepItsRoleWhenTheRefusalIsNotOverRoles() {
        check();

        agent.onRefusal(refusal(400));
        agent.onRefusal(StunMessage.parse(new StunWriter(StunWriter.BINDING_ERROR, new byte[12]).bytes())
                .orElseThrow());

        assertTrue(check().isPlainCheck(false));
    }

    @Test
    void shouldAnswerWithItsOwnKeyAndTheAddressOfThePeer() {
        StunMessage plain = StunMessage.parse(new StunWriter(StunWriter.BINDING_REQUEST, new byte[12])
                        .check()
                        .bytes())
                .orElseThrow();

        assertTrue(agent.answer(PAIR, plain));

        StunMessage answer = sent.get(0).message();
        assertEquals(FAR, sent.get(0).remote());
        assertEquals(plain.transactionId(), answer.transactionId());
        assertEquals(FAR, answer.mappedAddress().orElseThrow());
        assertTrue(answer.isAuthenticWith(agent.integrityKey()));
        assertTrue(answer.isBindingSuccess());
    }

    @Test
    void shouldSurviveWhatCanNotLeave() {
        unreachable = true;

        agent.check(PAIR, ID);

        assertEquals(List.of(), sent);
    }
}
