package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.culvert.ice.internal.BindingMessages;
import dev.culvert.ice.internal.TransactionId;
import dev.culvert.ice.internal.turn.TurnWire;
import dev.culvert.udp.UdpSendStatus;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a relay does with its wire. */
@Timeout(30)
class TurnRelayTest {
    private final ScheduledThreadPoolExecutor stunThread = new ScheduledThreadPoolExecutor(1);
    private final AtomicInteger open = new AtomicInteger();

    private final TurnRelay.Owner nobody = new TurnRelay.Owner() {
        @Override
        public void onReady(TurnRelay relay) {}

        @Override
        public void onOver(TurnRelay relay, String why, boolean refused) {}
    };

    private final class SilentWire implements TurnWire {
        @Override
        public UdpSendStatus send(ByteBuffer message) {
            return UdpSendStatus.SENT;
        }

        @Override
        public boolean isReliable() {
            return false;
        }

        @Override
        public void close() {
            open.decrementAndGet();
        }
    }

    @AfterEach
    void end() {
        stunThread.shutdownNow();
    }

    /** A context may be closed between the two, as they run on two threads. */
    @Test
    void shouldOpenNoWireAfterItWasClosed() {
        TurnServer server = new TurnServer("192.0.2.1", 3_478, TurnTransport.UDP, new TurnCredentials("lab", "secret"));
        TurnRelay relay = new TurnRelay(
                new TurnTarget(server, new InetSocketAddress("192.0.2.1", 3_478)), stunThread, () -> {}, nobody);
        relay.close();

        relay.start((target, receiver) -> {
            open.incrementAndGet();
            return new SilentWire();
        });

        assertEquals(0, open.get(), "a wire that nobody closes");
    }

    @Test
    void shouldCountWhatMeansNothing() {
        AtomicInteger junk = new AtomicInteger();
        TurnServer server =
                new TurnServer("turn.test", 3_478, TurnTransport.UDP, new TurnCredentials("user", "password"));
        TurnTarget target = new TurnTarget(server, new InetSocketAddress("192.0.2.1", 3_478));
        TurnRelay relay = new TurnRelay(target, stunThread, junk::incrementAndGet, nobody);
        ByteBuffer unknownChannel = ByteBuffer.wrap(new byte[] {0x40, 1, 0, 1, 7});
        ByteBuffer noMessage = ByteBuffer.wrap(new byte[] {(byte) 0x80, 0, 0, 0});
        ByteBuffer answerToNothing = BindingMessages.probe(new TransactionId(1, 2));

        for (ByteBuffer message : List.of(unknownChannel, noMessage, answerToNothing)) {
            relay.onMessage(message);
        }

        assertEquals(3, junk.get());
    }
}
