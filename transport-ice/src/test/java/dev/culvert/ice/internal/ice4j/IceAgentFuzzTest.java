package dev.culvert.ice.internal.ice4j;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.culvert.ice.CandidateType;
import dev.culvert.ice.IceCandidate;
import dev.culvert.ice.IceDescription;
import dev.culvert.ice.SelectedPair;
import dev.culvert.ice.internal.StunWriter;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Messages that a peer with the right password may send, whatever their attributes: the agent takes or refuses each,
 * throws nothing, and answers none with more than one message.
 */
class IceAgentFuzzTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("127.0.0.1", 40_000);
    private static final InetSocketAddress REMOTE = new InetSocketAddress("127.0.0.1", 40_001);
    private static final String PEER_PASSWORD = "0123456789012345678901";
    private static final int MAX_MESSAGES = 8;

    @FuzzTest
    void shouldTakeOrRefuse(byte[] input) {
        AtomicInteger answers = new AtomicInteger();
        IceAgent agent = new IceAgent(List.of(LOCAL), new Answers(answers));
        try {
            IceDescription own = agent.describeLocal(true);
            agent.start(
                    new IceDescription(
                            "peer",
                            PEER_PASSWORD,
                            List.of(new IceCandidate("1", 1_000, REMOTE, CandidateType.HOST, null))),
                    input.length % 2 == 0);
            ByteBuffer in = ByteBuffer.wrap(input);
            int messages = 0;
            while (in.remaining() >= 14 && messages < MAX_MESSAGES) {
                agent.receive(message(in, own), REMOTE, LOCAL);
                messages++;
            }
            int given = messages;
            assertTrue(answers.get() <= given, () -> answers + " answers to " + given + " messages");
        } finally {
            agent.free();
        }
    }

    /** A count of attributes with the kind of message, its transaction id, then type, length and value of each. */
    private static byte[] message(ByteBuffer in, IceDescription own) {
        int head = Byte.toUnsignedInt(in.get());
        byte[] id = new byte[12];
        in.get(id);
        int type = (head & 0x40) != 0 ? StunWriter.BINDING_SUCCESS : StunWriter.BINDING_REQUEST;
        StunWriter writer = new StunWriter(type, id);
        if (type == StunWriter.BINDING_REQUEST) {
            writer.username(own.ufrag() + ":peer");
        }
        if ((head & 0x80) != 0) {
            writer.check();
        }
        for (int left = head & 0x0f; left > 0 && in.remaining() >= 3; left--) {
            int attribute = Short.toUnsignedInt(in.getShort());
            byte[] value = new byte[Math.min(Byte.toUnsignedInt(in.get()), in.remaining())];
            in.get(value);
            writer.attribute(attribute, value);
        }
        return writer.integrity(type == StunWriter.BINDING_REQUEST ? own.password() : PEER_PASSWORD)
                .bytes();
    }

    /** Counts responses; the agent's own checks come on other threads and are none. */
    private record Answers(AtomicInteger count) implements IceAgent.Listener {
        @Override
        public void send(byte[] message, InetSocketAddress local, InetSocketAddress remote) {
            if ((message[0] & 0x01) != 0) {
                count.incrementAndGet();
            }
        }

        @Override
        public void onValid(SelectedPair pair) {}

        @Override
        public void onNominated(SelectedPair pair) {}

        @Override
        public void onExhausted() {}
    }
}
