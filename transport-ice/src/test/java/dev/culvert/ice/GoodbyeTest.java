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
import java.io.IOException;
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
        try (Overheard talk = new Overheard(listening)) {
            talk.connect();

            talk.say(talk.ofB.ufrag() + ":" + talk.ofA.ufrag(), "a password of the stranger's own");
            Eventually.holds("a goodbye that is not authentic", () -> talk.drops(DropCause.STUN_BAD_INTEGRITY) == 1);
            talk.say(talk.ofA.ufrag() + ":" + talk.ofB.ufrag(), talk.ofA.password());
            Eventually.holds("a goodbye to somebody else", () -> talk.drops(DropCause.STUN_INDICATION) == 1);

            // Who was told of us, and is not whom we are with.
            talk.say(talk.ofB.ufrag() + ":another", talk.ofB.password());
            Eventually.holds(
                    "a goodbye of somebody else's",
                    () -> talk.b.stats().drops().containsKey(DropCause.STUN_INDICATION));

            talk.a.send(text("still here"));
            assertEquals("still here", receiveText(talk.b, 5_000));
            assertEquals(1, heard.getCount());
            assertEquals(ConnectionState.CONNECTED, talk.b.state());
        }
    }

    /** Whoever saw it going by can send it again. */
    @Test
    void shouldHearOfItOnceThoughItIsSentAgain() throws Exception {
        AtomicInteger times = new AtomicInteger();
        try (Overheard talk = new Overheard(ContextConfig.queue().withGoodbyeListener(times::incrementAndGet))) {
            talk.connect();

            for (int i = 1; i <= 3; i++) {
                talk.sayInNameOfA();
                talk.sayToNobody(i);
            }
            talk.sayToNobody(4); // behind whatever the one before had told
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
        IceEndpoint keeping = IceEndpoint.open(
                LoopbackPair.LOOPBACK, (sockets, own) -> new IceAgent(sockets, new Keeping(own, found)));
        try (Overheard talk = new Overheard(keeping, listening)) {
            CompletableFuture<?> far = talk.b.connectAsync(talk.ofA, Role.CONTROLLED, TIMEOUT);
            talk.a.connect(talk.ofB, Role.CONTROLLING, TIMEOUT);
            Runnable tellOfPair = found.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);

            // One behind the other on their thread, whatever this one does meanwhile: no path is waited for for long.
            CountDownLatch bothWait = new CountDownLatch(1);
            var unused = keeping.stunThread().submit(() -> bothWait.await(20, TimeUnit.SECONDS));
            talk.sayInNameOfA();
            talk.sendJunk();
            CompletableFuture<String> between = CompletableFuture.supplyAsync(
                    () -> talk.b.state() + ", to be heard " + heard.getCount(), keeping.stunThread());
            tellOfPair.run();
            bothWait.countDown();

            assertEquals("CONNECTING, to be heard 1", between.join());
            far.join();
            assertHeard();
            assertEquals(ConnectionState.DISCONNECTED, talk.b.state());
        }
    }

    /** It has found a path, and closes before one of our checks is answered: none will be. */
    @Test
    void shouldNotWaitForAPathWhenThePeerHasClosedBeforeWeHaveOne() throws Exception {
        try (Overheard talk = new Overheard(listening)) {
            CompletableFuture<?> far = talk.b.connectAsync(talk.ofA, Role.CONTROLLED, Duration.ofMinutes(2));
            talk.sayInNameOfA();

            ExecutionException failure =
                    assertThrows(ExecutionException.class, () -> far.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
            assertInstanceOf(ConnectFailedException.class, failure.getCause());
            assertTrue(failure.getMessage().contains("before the peer closed its side"), failure.getMessage());
            assertEquals(ConnectionState.FAILED, talk.b.state());
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

    /** Whoever has closed has no use for it, and its kernel would say so. */
    @Test
    void shouldNotBeSaidToWhoHasSaidIt() throws Exception {
        try (Overheard talk = new Overheard(listening)) {
            IceContext other = talk.endpoint.openContext();
            talk.connect();
            talk.b.close();
            Eventually.holds("the end at a", () -> talk.a.state() == ConnectionState.DISCONNECTED);
            talk.a.close();

            // Behind what a has sent, and counted as something else.
            talk.say(other.gather(TIMEOUT).ufrag() + ":nobody", "a password of the stranger's own");
            Eventually.holds("a marker", () -> talk.drops(DropCause.STUN_BAD_INTEGRITY) == 1);
            assertEquals(0, talk.drops(DropCause.STUN_INDICATION));
            assertEquals(1, heard.getCount());
        }
    }

    /** Who has closed, too, is told in vain, and counts it. */
    @Test
    void shouldCountAWordThatComesTooLate() throws Exception {
        try (Overheard talk = new Overheard(listening)) {
            talk.connect();
            talk.b.close();

            talk.sayInNameOfA();
            Eventually.holds("a late word", () -> talk.drops(DropCause.STUN_INDICATION) == 1);
            assertEquals(1, heard.getCount());
        }
    }

    /** Two that talk, b with an endpoint that counts what it can not use, and a stranger who knows all they told each other. */
    private static final class Overheard implements AutoCloseable {
        final IceEndpoint endpoint;
        final IceContext a = IceContext.open(LoopbackPair.LOOPBACK);
        final IceContext b;
        final IceDescription ofA;
        final IceDescription ofB;
        private final DatagramSocket stranger;

        Overheard(ContextConfig configB) throws IOException {
            this(IceEndpoint.open(LoopbackPair.LOOPBACK), configB);
        }

        /** @param endpoint b's; closed with this */
        Overheard(IceEndpoint endpoint, ContextConfig configB) throws IOException {
            this.endpoint = endpoint;
            b = endpoint.openContext(configB);
            stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress());
            ofA = a.gather(TIMEOUT);
            ofB = b.gather(TIMEOUT);
        }

        void connect() {
            CompletableFuture<?> far = b.connectAsync(ofA, Role.CONTROLLED, TIMEOUT);
            a.connect(ofB, Role.CONTROLLING, TIMEOUT);
            far.join();
        }

        /** The stranger sends b's endpoint a goodbye. */
        void say(String username, String password) throws IOException {
            sendToB(BindingMessages.goodbye(new TransactionId(1, 2), username, password.getBytes(UTF_8)));
        }

        /** One that b can not tell from a's. */
        void sayInNameOfA() throws IOException {
            say(ofB.ufrag() + ":" + ofA.ufrag(), ofB.password());
        }

        /** A word for nobody, and waits until it is counted: what was sent before it has been taken. */
        void sayToNobody(int number) throws Exception {
            say("nobody:nobody", "a password of the stranger's own");
            Eventually.holds("a marker", () -> drops(DropCause.STUN_INDICATION) == number);
        }

        /** Junk, and waits until it is counted: what was sent before it has been handed to the STUN thread. */
        void sendJunk() throws Exception {
            sendToB(new byte[] {-1});
            Eventually.holds("junk", () -> drops(DropCause.UNKNOWN_SOURCE) == 1);
        }

        private void sendToB(byte[] datagram) throws IOException {
            stranger.send(new DatagramPacket(
                    datagram, datagram.length, endpoint.localAddresses().get(0)));
        }

        long drops(DropCause cause) {
            return endpoint.drops().getOrDefault(cause, 0L);
        }

        @Override
        public void close() {
            stranger.close();
            a.close();
            endpoint.close();
        }
    }
}
