package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.LOOPBACK;
import static dev.culvert.ice.LoopbackPair.receiveText;
import static dev.culvert.ice.LoopbackPair.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.internal.ice4j.IceAgent;
import dev.culvert.transport.ConnectionState;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * Peers that stop answering. In real time: a check every 4 to 6 s, and the peer is silent when six went unanswered, 3 s
 * later. All pairs are broken at the start, so that their waits run at once.
 */
@Timeout(60)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsentTest {
    /** 6 s to the next check, 3 s until it is missed, and a machine that is busy. */
    private static final long MISSED_WITHIN_SECONDS = 15;

    private static final BlockingQueue<ConnectionState> LEFT_STATES = new LinkedBlockingQueue<>();
    private static final BlockingQueue<ConnectionState> PAUSED_STATES = new LinkedBlockingQueue<>();
    private static final BlockingQueue<ConnectionState> ABANDONED_STATES = new LinkedBlockingQueue<>();
    private static final AtomicBoolean SILENT = new AtomicBoolean();

    private static IceEndpoint endpoint;
    private static IceContext left;
    private static IceContext abandoned;
    private static IceContext paused;
    private static IceContext pausing;
    private static InetSocketAddress goneAddress;

    @BeforeAll
    static void breakBoth() {
        endpoint = IceEndpoint.open(LOOPBACK);
        left = endpoint.openContext(ContextConfig.queue().withStateListener((from, to) -> LEFT_STATES.add(to)));
        IceEndpoint gone = IceEndpoint.open(LOOPBACK);
        LoopbackPair.connect(left, gone.openContext());
        goneAddress = gone.localAddresses().get(0);

        paused = endpoint.openContext(ContextConfig.queue().withStateListener((from, to) -> PAUSED_STATES.add(to)));
        pausing = IceEndpoint.open(LOOPBACK, (sockets, listener) -> new IceAgent(sockets, new Pausing(listener)))
                .newContext(ContextConfig.queue(), true);
        LoopbackPair.connect(paused, pausing);
        abandoned =
                endpoint.openContext(ContextConfig.queue().withStateListener((from, to) -> ABANDONED_STATES.add(to)));
        IceEndpoint goneToo = IceEndpoint.open(LOOPBACK);
        LoopbackPair.connect(abandoned, goneToo.openContext());
        LoopbackPair.awaitNominated(left, paused, pausing, abandoned);

        gone.close();
        goneToo.close();
        SILENT.set(true);
    }

    @AfterAll
    static void close() {
        paused.close();
        pausing.close();
        endpoint.close();
    }

    /** A network that loses one side's STUN while it is told to. */
    private static final class Pausing extends ForwardingListener {
        Pausing(IceAgent.Listener listener) {
            super(listener);
        }

        @Override
        public void send(byte[] message, InetSocketAddress local, InetSocketAddress remote) throws IOException {
            if (!SILENT.get()) {
                super.send(message, local, remote);
            }
        }
    }

    private static void awaitState(BlockingQueue<ConnectionState> states, ConnectionState wanted, long within)
            throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(within);
        ConnectionState seen = null;
        while (seen != wanted) {
            seen = states.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            assertTrue(seen != null, "not " + wanted + " within " + within + " s");
        }
    }

    @Test
    void shouldDisconnectWhenThePeersSocketIsGoneAndDeliverNothing() throws Exception {
        awaitState(LEFT_STATES, ConnectionState.DISCONNECTED, MISSED_WITHIN_SECONDS);

        assertEquals(ConnectionState.DISCONNECTED, left.state());
        assertEquals("0", receiveText(left, 0));
        long unknown = endpoint.drops().getOrDefault(DropCause.UNKNOWN_SOURCE, 0L);
        try (DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            stranger.send(new DatagramPacket(
                    new byte[] {1}, 1, endpoint.localAddresses().get(0)));
            Eventually.holds(
                    "the stranger is counted",
                    () -> endpoint.drops().getOrDefault(DropCause.UNKNOWN_SOURCE, 0L) > unknown);
        }
        assertEquals("0", receiveText(left, 0));

        left.close();
        // Whoever gets the peer's port afterwards is not the peer.
        try (DatagramSocket heir = new DatagramSocket(goneAddress)) {
            heir.send(new DatagramPacket(
                    new byte[] {1}, 1, endpoint.localAddresses().get(0)));
            Eventually.holds(
                    "the heir is counted",
                    () -> endpoint.drops().getOrDefault(DropCause.UNKNOWN_SOURCE, 0L) > unknown + 1);
        }
        assertEquals(0, left.stats().receivedPackets());
    }

    @Tag("real-time")
    @Test
    @Timeout(90)
    @Order(Integer.MAX_VALUE) // the others would find their peers' consent expired
    void shouldEndThirtySecondsAfterTheLastAnswer() throws Exception {
        long lastAnswer = System.nanoTime() - abandoned.stats().consentAge().toNanos();
        awaitState(ABANDONED_STATES, ConnectionState.FAILED, 60);

        double seconds = (System.nanoTime() - lastAnswer) / 1e9;
        assertTrue(seconds >= 29.9 && seconds < 45, "after " + seconds + " s");
        assertEquals(SendStatus.CLOSED, abandoned.send(text("without consent")));
        assertEquals("-1", receiveText(abandoned, -1));
    }

    @Tag("real-time")
    @Test
    void shouldComeBackWhenThePeerAnswersAgain() throws Exception {
        awaitState(PAUSED_STATES, ConnectionState.DISCONNECTED, MISSED_WITHIN_SECONDS);
        assertEquals(SendStatus.SENT, paused.send(text("into the silence")));

        SILENT.set(false);

        awaitState(PAUSED_STATES, ConnectionState.CONNECTED, MISSED_WITHIN_SECONDS);
        assertEquals("into the silence", receiveText(pausing, 5_000));
        pausing.send(text("back again"));
        assertEquals("back again", receiveText(paused, 5_000));
    }
}
