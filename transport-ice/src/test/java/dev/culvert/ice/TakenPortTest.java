package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.internal.StunAttribute;
import dev.culvert.ice.internal.StunBuilder;
import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.turn.TurnWire;
import dev.culvert.udp.UdpChannel;
import dev.culvert.udp.UdpPoller;
import dev.culvert.udp.UdpSendStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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
        public void onOver(TurnRelay relay, String why) {
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

    /** A wire of UDP from a port that the test chooses. */
    private record PortWire(UdpChannel channel, InetSocketAddress server) implements TurnWire {
        static PortWire open(UdpPoller poller, int port, TurnTarget target, TurnWire.Receiver receiver)
                throws IOException {
            InetSocketAddress local = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            UdpChannel channel = poller.bind(local, 65_536, (socket, from, message) -> receiver.onMessage(message));
            return new PortWire(channel, target.address());
        }

        @Override
        public UdpSendStatus send(ByteBuffer message) {
            return channel.send(message, server);
        }

        @Override
        public boolean isReliable() {
            return false;
        }

        @Override
        public void close() {
            channel.close();
        }
    }

    @Test
    void shouldAskFromAnotherPort() throws Exception {
        try (Turnserver coturn = Turnserver.relay(Turnserver.require(), "--lt-cred-mech", "--user=lab:secret");
                UdpPoller poller = UdpPoller.open();
                IoThread reading = new IoThread(0, poller, new DropCounters())) {
            reading.start();
            TurnServer server = coturn.turn(TurnTransport.UDP, LAB);
            List<PortWire> crashed = new ArrayList<>();
            relayAt(server).start((target, receiver) -> {
                crashed.add(PortWire.open(poller, 0, target, receiver));
                return crashed.get(0);
            });
            assertEquals("ready", hear());
            int port = crashed.get(0).channel().localAddress().getPort();
            crashed.get(0).close(); // and the server hears nothing of it

            List<Integer> ports = new ArrayList<>(List.of(port, port, 0));
            TurnRelay relay = relayAt(server);
            relay.start((target, receiver) -> PortWire.open(poller, ports.remove(0), target, receiver));

            assertEquals("ready", hear());
            assertEquals(List.of(), ports);
            relay.close();
        }
    }

    /** A server that has a relay for every port that it is asked from. */
    private record FullWire(TurnWire.Receiver receiver, Executor thread, Runnable onClose) implements TurnWire {
        @Override
        public UdpSendStatus send(ByteBuffer message) {
            byte[] bytes = new byte[message.remaining()];
            message.get(bytes);
            StunMessage request = StunMessage.parse(bytes).orElseThrow();
            StunBuilder refusal = new StunBuilder((short) (request.method() | 0x110), request.transactionId(), 100)
                    .put(StunAttribute.ERROR_CODE, new byte[] {0, 0, 4, 37});
            thread.execute(() -> receiver.onMessage(ByteBuffer.wrap(refusal.build())));
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
            return new FullWire(receiver, stunThread, () -> wires.add("closed"));
        });

        String why = hear();
        assertTrue(why.contains("(437)"), why);
        for (int i = 0; i < TurnRelay.MAX_PORTS; i++) {
            assertEquals("opened", wires.poll(20, TimeUnit.SECONDS));
            assertEquals("closed", wires.poll(20, TimeUnit.SECONDS));
        }
        assertEquals(List.of(), List.copyOf(wires));
    }
}
