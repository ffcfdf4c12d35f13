package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.udp.UdpSendStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a context keeps its relay. */
@Timeout(60)
class ContextRelayTest {
    private static final TurnCredentials LAB = new TurnCredentials("lab", "secret");

    /** Who wants a relay for as long as it takes; {@code none} says whether the servers are to be asked again. */
    private record Asking(Consumer<EndpointSocket> granted, Predicate<Boolean> none) implements ContextRelay.Listener {
        @Override
        public void onRelay(EndpointSocket socket, InetSocketAddress server) {
            granted.accept(socket);
        }

        @Override
        public boolean onNoRelay(boolean refused) {
            return none.test(refused);
        }

        @Override
        public boolean isWaiting() {
            return true;
        }
    }

    /** A direct path was found and died within the time that the relay lingers: the relay carries the data again. */
    @Tag("real-time")
    @Test
    void shouldKeepARelayThatIsSelectedAgainAfterItsRelease() throws Exception {
        try (Turnserver server = Turnserver.relay(Turnserver.require(), "--lt-cred-mech", "--user=lab:secret");
                IceEndpoint endpoint = IceEndpoint.open(IceConfig.builder()
                        .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                        .turnServers(List.of(server.turn(TurnTransport.UDP, LAB)))
                        .build())) {
            ContextRelay relay = new ContextRelay(endpoint.openContext(), endpoint);
            CompletableFuture<EndpointSocket> ready = new CompletableFuture<>();
            relay.gather(new Asking(socket -> ready.complete(socket), refused -> false));
            EndpointSocket socket = ready.join();
            InetSocketAddress peer = new InetSocketAddress("127.0.0.1", 9);
            relay.onSelected(socket, peer);
            relay.release();

            relay.onSelected(socket, peer);

            assertFalse(
                    Eventually.within(
                            Duration.ofSeconds(7),
                            () -> socket.send(LoopbackPair.text("data"), peer) == UdpSendStatus.CLOSED),
                    "closed under the path in use");
            assertEquals(UdpSendStatus.SENT, socket.send(LoopbackPair.text("data"), peer));
            relay.close();
        }
    }

    /** Refuses over UDP at once, closes each connection over TCP at once. */
    private static IceEndpoint askingBadServers(Turnserver refusing, ServerSocket closing) throws Exception {
        TurnCredentials wrong = new TurnCredentials("lab", "wrong");
        return IceEndpoint.open(IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .turnServers(List.of(
                        refusing.turn(TurnTransport.UDP, wrong),
                        new TurnServer("127.0.0.1", closing.getLocalPort(), TurnTransport.TCP, wrong)))
                .build());
    }

    private static void closeEach(ServerSocket server) {
        Thread thread = new Thread(() -> {
            try {
                while (true) {
                    server.accept().close();
                }
            } catch (IOException e) {
                // The end of the test.
            }
        });
        thread.start();
    }

    /** Each server has failed before TCP's turn would have come: that turn is none any more. */
    @Test
    void shouldTellOnceThatNoServerGrantsARelay() throws Exception {
        try (Turnserver server = Turnserver.relay(Turnserver.require(), "--lt-cred-mech", "--user=lab:secret");
                ServerSocket closing = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                IceEndpoint endpoint = askingBadServers(server, closing)) {
            closeEach(closing);
            ContextRelay relay = new ContextRelay(endpoint.openContext(), endpoint);
            BlockingQueue<Long> told = new LinkedBlockingQueue<>();
            relay.gather(new Asking(socket -> {}, refused -> {
                told.add(System.nanoTime());
                return true;
            }));

            Duration pause = Duration.ofNanos(-told.take() + told.take());
            assertTrue(pause.compareTo(Duration.ofSeconds(2)) >= 0, "asked again after " + pause);
            relay.close();
        }
    }

    @Test
    void shouldAskOnlyThoseAgainThatHaveNotRefused() throws Exception {
        try (Turnserver server = Turnserver.relay(Turnserver.require(), "--lt-cred-mech", "--user=lab:secret");
                ServerSocket closing = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                IceEndpoint endpoint = askingBadServers(server, closing)) {
            closeEach(closing);
            ContextRelay relay = new ContextRelay(endpoint.openContext(), endpoint);
            BlockingQueue<List<String>> told = new LinkedBlockingQueue<>();
            relay.gather(new Asking(socket -> {}, refused -> {
                List<String> refusals = relay.refusals();
                told.add(refusals);
                return refusals.size() < 3;
            }));

            List<String> all = told.take();
            while (all.size() < 3) {
                all = told.take();
            }
            assertEquals(
                    List.of(true, false, false),
                    all.stream().map(refusal -> refusal.contains("401")).toList());
            relay.close();
        }
    }

    /** The names of the servers may be looked up when a path without them is in use already. */
    @Test
    void shouldAskNobodyWhenItIsReleasedBeforeItBegins() throws Exception {
        try (Turnserver server = Turnserver.relay(Turnserver.require(), "--lt-cred-mech", "--user=lab:secret");
                IceEndpoint endpoint = IceEndpoint.open(IceConfig.builder()
                        .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                        .turnServers(List.of(server.turn(TurnTransport.UDP, LAB)))
                        .build())) {
            ContextRelay relay = new ContextRelay(endpoint.openContext(), endpoint);
            CompletableFuture<Boolean> granted = new CompletableFuture<>();
            relay.release();
            relay.gather(new Asking(socket -> granted.complete(true), refused -> {
                granted.complete(false);
                return false;
            }));

            assertFalse(granted.join(), "a relay that nobody gives back");
            relay.close();
        }
    }

    /** Whoever waits hears of it at once, not when the time is over. */
    @Test
    void shouldTellWhoWaitsThatItIsReleased() throws Exception {
        try (HeldForwarder silent = HeldForwarder.to(9);
                IceEndpoint endpoint = IceEndpoint.open(IceConfig.builder()
                        .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                        .turnServers(List.of(new TurnServer("127.0.0.1", silent.port(), TurnTransport.TCP, LAB)))
                        .build())) {
            ContextRelay relay = new ContextRelay(endpoint.openContext(), endpoint);
            BlockingQueue<Boolean> told = new LinkedBlockingQueue<>();
            relay.gather(new Asking(socket -> {}, refused -> {
                told.add(refused);
                return false;
            }));
            silent.awaitConnection();
            relay.release();

            assertEquals(true, told.poll(3, TimeUnit.SECONDS)); // a silent server is given five
            relay.close();
        }
    }
}
