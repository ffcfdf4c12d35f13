package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.TIMEOUT;
import static dev.culvert.ice.LoopbackPair.receiveText;
import static dev.culvert.ice.LoopbackPair.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.internal.BindingMessages;
import dev.culvert.ice.internal.TransactionId;
import dev.culvert.ice.internal.ice4j.IceAgent;
import dev.culvert.transport.ConnectFailedException;
import dev.culvert.transport.ConnectionState;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A peer's word that it has closed, and words of others. */
@Timeout(60)
class GoodbyeTest {
    private final CountDownLatch heard = new CountDownLatch(1);
    private final ContextConfig listening = ContextConfig.queue().withGoodbyeListener(heard::countDown);

    /** Before its first question whether we are there, let alone the end of the answers. */
    private void assertHeard() throws InterruptedException {
        assertTrue(heard.await(3, TimeUnit.SECONDS), "the peer's end was not heard of");
    }

    @Test
    void shouldHearAtOnceThatThePeerHasClosedAndKeepWhatItSentBefore() throws Exception {
        try (LoopbackPair pair = LoopbackPair.connected(listening)) {
            pair.a.send(text("last"));
            pair.a.close();

            assertHeard();
            assertEquals(ConnectionState.DISCONNECTED, pair.b.state());
            assertEquals("last", receiveText(pair.b, 5_000));
        }
    }

    /** Its answers that were on their way, and our own questions, say nothing against it. */
    @Test
    void shouldStayDisconnectedThoughThePathIsAskedFor() throws Exception {
        try (LoopbackPair pair = LoopbackPair.connected(listening)) {
            pair.a.close();
            assertHeard();

            pair.b.checkPath();
            assertFalse(
                    Eventually.within(Duration.ofMillis(300), () -> pair.b.state() != ConnectionState.DISCONNECTED),
                    "a peer that has gone is back");
        }
    }

    @Test
    void shouldHearItWhenThePeersWholeEndpointCloses() throws Exception {
        try (IceEndpoint endpoint = IceEndpoint.open(LoopbackPair.LOOPBACK);
                IceContext b = IceContext.open(LoopbackPair.LOOPBACK, listening)) {
            LoopbackPair.connect(endpoint.openContext(), b);
            endpoint.close();

            assertHeard();
        }
    }

    @Test
    void shouldHearItOverARelay() throws Exception {
        TurnCredentials lab = new TurnCredentials("lab", "secret");
        try (Turnserver server = Turnserver.relay(Turnserver.require(), "--lt-cred-mech", "--user=lab:secret");
                IceContext b = IceContext.open(LoopbackPair.LOOPBACK, listening)) {
            IceContext a = IceContext.open(IceConfig.builder()
                    .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                    .turnServers(List.of(server.turn(TurnTransport.TCP, lab)))
                    .relayOnly(true)
                    .build());
            LoopbackPair.connect(a, b);
            assertTrue(a.selectedPair().isRelayed());
            a.close();

            assertHeard();
        }
    }

    @Test
    void shouldNotBelieveOthersInThePeersName() throws Exception {
        try (IceEndpoint endpoint = IceEndpoint.open(LoopbackPair.LOOPBACK);
                IceContext a = IceContext.open(LoopbackPair.LOOPBACK);
                DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            IceContext b = endpoint.openContext(listening);
            IceDescription ofA = a.gather(TIMEOUT);
            IceDescription ofB = b.gather(TIMEOUT);
            connect(a, ofA, b, ofB);

            send(stranger, endpoint, ofB.ufrag() + ":" + ofA.ufrag(), "a password of the stranger's own");
            Eventually.holds(
                    "a goodbye that is not authentic", () -> drops(endpoint, DropCause.STUN_BAD_INTEGRITY) == 1);
            send(stranger, endpoint, ofA.ufrag() + ":" + ofB.ufrag(), ofA.password());
            Eventually.holds("a goodbye to somebody else", () -> drops(endpoint, DropCause.STUN_INDICATION) == 1);

            send(
                    stranger,
                    endpoint,
                    ofB.ufrag() + ":another",
                    ofB.password()); // who was told of us, and is not whom we are with
            Eventually.holds(
                    "a goodbye of somebody else's", () -> b.stats().drops().containsKey(DropCause.STUN_INDICATION));

            a.send(text("still here"));
            assertEquals("still here", receiveText(b, 5_000));
            assertEquals(1, heard.getCount());
            assertEquals(ConnectionState.CONNECTED, b.state());
        }
    }

    /** Whoever saw it going by can send it again. */
    @Test
    void shouldHearOfItOnceThoughItIsSentAgain() throws Exception {
        AtomicInteger times = new AtomicInteger();
        try (IceEndpoint endpoint = IceEndpoint.open(LoopbackPair.LOOPBACK);
                IceContext a = IceContext.open(LoopbackPair.LOOPBACK);
                DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            IceContext b = endpoint.openContext(ContextConfig.queue().withGoodbyeListener(times::incrementAndGet));
            IceDescription ofA = a.gather(TIMEOUT);
            IceDescription ofB = b.gather(TIMEOUT);
            connect(a, ofA, b, ofB);

            for (int i = 1; i <= 3; i++) {
                send(stranger, endpoint, ofB.ufrag() + ":" + ofA.ufrag(), ofB.password());
                sendMarker(stranger, endpoint, i);
            }
            sendMarker(stranger, endpoint, 4); // behind whatever the one before had told
            assertEquals(1, times.get());
        }
    }

    /** Keeps the pair to itself that the agent has found. */
    private static final class Keeping extends ForwardingListener {
        private final CompletableFuture<Runnable> found;

        /** @param found gets what tells of the pair */
        Keeping(IceAgent.Listener listener, CompletableFuture<Runnable> found) {
            super(listener);
            this.found = found;
        }

        @Override
        public void onValid(SelectedPair pair) {
            found.complete(() -> super.onValid(pair));
        }

        @Override
        public void onNominated(SelectedPair pair) {
            // The first one will do.
        }
    }

    /** We may be told of the way to the peer only after it has gone over it. */
    @Test
    void shouldHearItThoughItComesBeforeThePairIsKnown() throws Exception {
        CompletableFuture<Runnable> found = new CompletableFuture<>();
        try (IceEndpoint endpoint = IceEndpoint.open(
                        LoopbackPair.LOOPBACK, (sockets, own) -> new IceAgent(sockets, new Keeping(own, found)));
                IceContext a = IceContext.open(LoopbackPair.LOOPBACK);
                DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            IceContext b = endpoint.openContext(listening);
            IceDescription ofA = a.gather(TIMEOUT);
            IceDescription ofB = b.gather(TIMEOUT);
            CompletableFuture<?> far = b.connectAsync(ofA, Role.CONTROLLED, TIMEOUT);
            a.connect(ofB, Role.CONTROLLING, TIMEOUT);
            Runnable tellOfPair = found.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);

            // One behind the other on their thread, whatever this one does meanwhile: no path is waited for for long.
            CountDownLatch bothWait = new CountDownLatch(1);
            var unused = endpoint.stunThread().submit(() -> bothWait.await(20, TimeUnit.SECONDS));
            send(stranger, endpoint, ofB.ufrag() + ":" + ofA.ufrag(), ofB.password());
            sendData(stranger, endpoint);
            CompletableFuture<String> between = CompletableFuture.supplyAsync(
                    () -> b.state() + ", to be heard " + heard.getCount(), endpoint.stunThread());
            tellOfPair.run();
            bothWait.countDown();

            assertEquals("CONNECTING, to be heard 1", between.join());
            far.join();
            assertHeard();
            assertEquals(ConnectionState.DISCONNECTED, b.state());
        }
    }

    /** It has found a path, and closes before one of our checks is answered: none will be. */
    @Test
    void shouldNotWaitForAPathWhenThePeerHasClosedBeforeWeHaveOne() throws Exception {
        try (IceEndpoint endpoint = IceEndpoint.open(LoopbackPair.LOOPBACK);
                IceContext a = IceContext.open(LoopbackPair.LOOPBACK);
                DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            IceContext b = endpoint.openContext(listening);
            IceDescription ofA = a.gather(TIMEOUT);
            IceDescription ofB = b.gather(TIMEOUT);
            CompletableFuture<?> far = b.connectAsync(ofA, Role.CONTROLLED, Duration.ofMinutes(2));
            send(stranger, endpoint, ofB.ufrag() + ":" + ofA.ufrag(), ofB.password());

            ExecutionException failure =
                    assertThrows(ExecutionException.class, () -> far.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
            assertInstanceOf(ConnectFailedException.class, failure.getCause());
            assertTrue(failure.getMessage().contains("before the peer closed its side"), failure.getMessage());
            assertEquals(ConnectionState.FAILED, b.state());
            assertEquals(1, heard.getCount(), "the failure tells it");
        }
    }

    @Test
    void shouldTellTheStatesListenerFirst() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        ContextConfig both = ContextConfig.queue()
                .withStateListener((from, to) -> told.add(to.name()))
                .withGoodbyeListener(() -> {
                    told.add("goodbye");
                    heard.countDown();
                });
        try (LoopbackPair pair = LoopbackPair.connected(both)) {
            pair.a.close();

            assertHeard();
            assertEquals(List.of("DISCONNECTED", "goodbye"), told.subList(told.size() - 2, told.size()));
        }
    }

    /** A word for nobody, and waits until it is counted: what was sent before it has been taken. */
    private static void sendMarker(DatagramSocket from, IceEndpoint to, int number) throws Exception {
        send(from, to, "nobody:nobody", "a password of the stranger's own");
        Eventually.holds("a marker", () -> drops(to, DropCause.STUN_INDICATION) == number);
    }

    /** Junk, and waits until it is counted: what was sent before it has been handed to the STUN thread. */
    private static void sendData(DatagramSocket from, IceEndpoint to) throws Exception {
        from.send(new DatagramPacket(new byte[] {-1}, 1, to.localAddresses().get(0)));
        Eventually.holds("junk", () -> drops(to, DropCause.UNKNOWN_SOURCE) == 1);
    }

    private static void connect(IceContext a, IceDescription ofA, IceContext b, IceDescription ofB) {
        CompletableFuture<?> far = b.connectAsync(ofA, Role.CONTROLLED, TIMEOUT);
        a.connect(ofB, Role.CONTROLLING, TIMEOUT);
        far.join();
    }

    private static void send(DatagramSocket from, IceEndpoint to, String username, String password) throws Exception {
        byte[] goodbye = BindingMessages.goodbye(new TransactionId(1, 2), username, password.getBytes(UTF_8));
        from.send(
                new DatagramPacket(goodbye, goodbye.length, to.localAddresses().get(0)));
    }

    private static long drops(IceEndpoint endpoint, DropCause cause) {
        return endpoint.drops().getOrDefault(cause, 0L);
    }

    /** Whoever has closed has no use for it, and its kernel would say so. */
    @Test
    void shouldNotBeSaidToWhoHasSaidIt() throws Exception {
        try (IceEndpoint endpoint = IceEndpoint.open(LoopbackPair.LOOPBACK);
                IceContext b = IceContext.open(LoopbackPair.LOOPBACK);
                DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            IceContext a = endpoint.openContext(listening);
            IceContext other = endpoint.openContext();
            LoopbackPair.connect(a, b);
            a.close();
            Eventually.holds("the end at b", () -> b.state() == ConnectionState.DISCONNECTED);
            b.close();

            // Behind what b has sent, and counted as something else.
            send(stranger, endpoint, other.gather(TIMEOUT).ufrag() + ":nobody", "a password of the stranger's own");
            Eventually.holds("a marker", () -> drops(endpoint, DropCause.STUN_BAD_INTEGRITY) == 1);
            assertEquals(0, drops(endpoint, DropCause.STUN_INDICATION));
            assertEquals(1, heard.getCount());
        }
    }

    /** Who has closed, too, is told in vain, and counts it. */
    @Test
    void shouldCountAWordThatComesTooLate() throws Exception {
        try (IceEndpoint endpoint = IceEndpoint.open(LoopbackPair.LOOPBACK);
                IceContext b = IceContext.open(LoopbackPair.LOOPBACK);
                DatagramSocket late = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            IceContext a = endpoint.openContext(listening);
            IceDescription ofA = a.gather(TIMEOUT);
            IceDescription ofB = b.gather(TIMEOUT);
            connect(a, ofA, b, ofB);
            a.close();

            send(late, endpoint, ofA.ufrag() + ":" + ofB.ufrag(), ofA.password());
            Eventually.holds("a late word", () -> drops(endpoint, DropCause.STUN_INDICATION) == 1);
            assertEquals(1, heard.getCount());
        }
    }
}
