package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.internal.StunAttribute;
import dev.culvert.ice.internal.StunBuilder;
import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.turn.DatagramWire;
import dev.culvert.ice.internal.turn.TurnWire;
import dev.culvert.udp.UdpChannel;
import dev.culvert.udp.UdpPoller;
import dev.culvert.udp.UdpSendStatus;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A TURN server that holds a relay for our port already, as after a crash, or where the system gives out again a port that
 * was ours a second ago.
 */
@Timeout(60)
class TakenPortTest {
    private static final TurnCredentials LAB = new TurnCredentials("lab", "secret");

    private final ScheduledThreadPoolExecutor stunThread = new ScheduledThreadPoolExecutor(1);
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    private final TurnRelay.Owner owner = new TurnRelay.Owner() {
        @Override
        public void onReady(TurnRelay relay) {
            told.add("ready");
        }

        @Override
        public void onOver(TurnRelay relay, String why, boolean refused) {
            told.add(why);
        }
    };

    @AfterEach
    void end() {
        stunThread.shutdownNow();
    }

    private TurnRelay relayAt(TurnServer server) {
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", server.port());
        return new TurnRelay(new TurnTarget(server, address), stunThread, () -> {}, owner);
    }

    private String hear() throws InterruptedException {
        String word = told.poll(20, TimeUnit.SECONDS);
        assertNotNull(word, "nothing was told");
        return word;
    }

    /** A wire from a socket that stays open when it is closed: somebody else's, who may use the port again. */
    private record BorrowedWire(UdpChannel channel, InetSocketAddress server) implements TurnWire {
        @Override
        public UdpSendStatus send(ByteBuffer message) {
            return channel.send(message, server);
        }

        @Override
        public boolean isReliable() {
            return false;
        }

        @Override
        public void close() {}
    }

    @Test
    void shouldAskFromAnotherPort() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        AtomicReference<TurnWire.Receiver> receiver = new AtomicReference<>();
        try (Turnserver coturn = Turnserver.relay(Turnserver.require(), "--lt-cred-mech", "--user=lab:secret");
                UdpPoller poller = UdpPoller.open();
                IoThread reading = new IoThread(0, poller, new DropCounters());
                UdpChannel channel = poller.bind(
                        new InetSocketAddress(loopback, 0),
                        0,
                        (socket, from, message) -> receiver.get().onMessage(message))) {
            reading.start();
            TurnServer server = coturn.turn(TurnTransport.UDP, LAB);
            TurnRelay.WireSource samePort = (target, to) -> {
                receiver.set(to);
                return new BorrowedWire(channel, target.address());
            };
            relayAt(server).start(samePort);
            assertEquals("ready", hear()); // and then it crashes: the server hears no more of it

            AtomicInteger asked = new AtomicInteger();
            TurnRelay relay = relayAt(server);
            relay.start((target, to) -> asked.incrementAndGet() < TurnRelay.MAX_PORTS
                    ? samePort.open(target, to)
                    : new DatagramWire(poller, loopback, target.address(), 0, () -> {}, to));

            assertEquals("ready", hear());
            assertEquals(TurnRelay.MAX_PORTS, asked.get());
            relay.close();
        }
    }

    /** A server that has a relay for every port that it is asked from. */
    private record FullWire(TurnWire.Receiver receiver, Executor thread, Runnable onAnswered, Runnable onClose)
            implements TurnWire {
        @Override
        public UdpSendStatus send(ByteBuffer message) {
            byte[] bytes = new byte[message.remaining()];
            message.get(bytes);
            StunMessage request = StunMessage.parse(bytes).orElseThrow();
            StunBuilder refusal = new StunBuilder((short) (request.method() | 0x110), request.transactionId(), 100)
                    .put(StunAttribute.ERROR_CODE, new byte[] {0, 0, 4, 37});
            thread.execute(() -> {
                receiver.onMessage(ByteBuffer.wrap(refusal.build()));
                onAnswered.run();
            });
            return UdpSendStatus.SENT;
        }

        @Override
        public boolean isReliable() {
            return false;
        }

        @Override
        public void close() {
            onClose.run();
        }
    }

    @Test
    void shouldGiveUpAfterThreePorts() throws Exception {
        BlockingQueue<String> wires = new LinkedBlockingQueue<>();
        TurnServer server = new TurnServer("192.0.2.1", 3_478, TurnTransport.UDP, LAB);

        relayAt(server).start((target, receiver) -> {
            wires.add("opened");
            return new FullWire(receiver, stunThread, () -> {}, () -> wires.add("closed"));
        });

        String why = hear();
        assertTrue(why.contains("(437)"), why);
        for (int i = 0; i < TurnRelay.MAX_PORTS; i++) {
            assertEquals("opened", wires.poll(20, TimeUnit.SECONDS));
            assertEquals("closed", wires.poll(20, TimeUnit.SECONDS));
        }
        assertEquals(List.of(), List.copyOf(wires));
    }

    /** With 437 a server may close the connection, too. */
    @Test
    void shouldAskFromAnotherPortWhenTheServerEndsTheConnectionItRefused() throws Exception {
        AtomicInteger opened = new AtomicInteger();
        TurnServer server = new TurnServer("192.0.2.1", 3_478, TurnTransport.TCP, LAB);

        relayAt(server).start((target, receiver) -> {
            opened.incrementAndGet();
            return new FullWire(receiver, stunThread, () -> receiver.onEnd("it closed the connection"), () -> {});
        });

        String why = hear();
        assertTrue(why.contains("(437)"), why);
        assertEquals(TurnRelay.MAX_PORTS, opened.get());
        assertEquals(List.of(), List.copyOf(told));
    }
}
