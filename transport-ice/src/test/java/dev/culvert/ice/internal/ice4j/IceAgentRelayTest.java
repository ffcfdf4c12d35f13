package dev.culvert.ice.internal.ice4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.CandidateType;
import dev.culvert.ice.IceCandidate;
import dev.culvert.ice.IceDescription;
import dev.culvert.ice.SelectedPair;
import dev.culvert.ice.internal.BindingMessages;
import dev.culvert.ice.internal.StunMessage;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An agent with nothing but a relay. */
@Timeout(30)
class IceAgentRelayTest {
    private static final String PEER_PASSWORD = "thePeersOwnPassword123";
    private static final InetSocketAddress SERVER = new InetSocketAddress("203.0.113.1", 3_478);
    private static final InetSocketAddress RELAY = new InetSocketAddress("203.0.113.1", 50_000);
    private static final InetSocketAddress FAR = new InetSocketAddress("198.51.100.7", 5_000);

    private final LinkedBlockingQueue<StunMessage> sent = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<SelectedPair> valid = new LinkedBlockingQueue<>();

    /** The peer, or a NAT before the server, decides what the answer says. */
    @Test
    void shouldKnowAPairOfItsRelayWhateverAddressThePeerSaw() throws Exception {
        IceAgent agent = new IceAgent(List.of(), new IceAgent.Listener() {
            @Override
            public void send(byte[] message, InetSocketAddress local, InetSocketAddress remote) {
                sent.add(StunMessage.parse(message).orElseThrow());
            }

            @Override
            public void onValid(SelectedPair pair) {
                valid.add(pair);
            }

            @Override
            public void onNominated(SelectedPair pair) {}

            @Override
            public void onExhausted() {}
        });
        try {
            agent.addRelayed(RELAY, SERVER);
            IceCandidate candidate = new IceCandidate("1", 1_000, FAR, CandidateType.HOST, null);
            agent.start(new IceDescription("peer", PEER_PASSWORD, List.of(candidate), true), true);
            StunMessage check = sent.poll(5, TimeUnit.SECONDS);
            assertNotNull(check);

            InetSocketAddress seen = new InetSocketAddress("203.0.113.99", 50_000);
            assertTrue(agent.receive(
                    BindingMessages.answer(check.transactionId(), seen, PEER_PASSWORD.getBytes(UTF_8)), FAR, RELAY));

            SelectedPair pair = valid.poll(5, TimeUnit.SECONDS);
            assertNotNull(pair);
            assertTrue(pair.isRelayed(), pair.toString());
        } finally {
            agent.free();
        }
    }
}
