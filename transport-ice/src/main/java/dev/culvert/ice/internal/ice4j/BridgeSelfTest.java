package dev.culvert.ice.internal.ice4j;

import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.ice4j.StunException;
import org.ice4j.Transport;
import org.ice4j.TransportAddress;

/**
 * Proves, once, when the bridge is loaded, that this ice4j sends through our stack. The overridden methods are
 * package-private: with another version of ice4j they might quietly override nothing.
 */
final class BridgeSelfTest {
    private BridgeSelfTest() {}

    static void run() {
        AtomicInteger sent = new AtomicInteger();
        MuxAgent agent = new MuxAgent((message, local, remote) -> sent.incrementAndGet());
        TransportAddress nowhere = new TransportAddress(InetAddress.getLoopbackAddress(), 9, Transport.UDP);
        try {
            IceAgent.sendIndication(agent, nowhere, nowhere);
        } catch (StunException | LinkageError e) {
            throw new IllegalStateException(MESSAGE, e);
        } finally {
            agent.setTa(-2);
            agent.free();
        }
        if (sent.get() != 1) {
            throw new IllegalStateException(MESSAGE);
        }
    }

    private static final String MESSAGE = "This version of ice4j does not send through Culvert's sockets;"
            + " use the version that Culvert's pom names and load both from one class path";
}
