package dev.culvert.peer;

import static dev.culvert.peer.TwoPeers.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.culvert.ice.IceConfig;
import dev.culvert.ice.IceContext;
import dev.culvert.ice.IceDescription;
import dev.culvert.ice.Role;
import dev.culvert.identity.EphemeralKey;
import dev.culvert.identity.Identity;
import dev.culvert.transport.EndCause;
import dev.culvert.transport.SendResult;
import dev.culvert.transport.Tier;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An attempt that one side lets go of before it is up: the other side does not wait for it until its time is over. */
@Timeout(60)
class GivenUpTest {
    /** Longer than a test may take: whoever waits for it fails. */
    private static final Duration FOREVER = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    private final FakeRendezvous atA = new FakeRendezvous();
    private final FakeRendezvous atB = new FakeRendezvous();
    private TwoPeers peers;
    private PeerTransport a;
    private PeerTransport b;

    @BeforeEach
    void open() {
        peers = new TwoPeers(directory);
        a = TwoPeers.open(patient(peers.a, "a", atA), peers.b, peers.atA);
        b = TwoPeers.open(patient(peers.b, "b", atB), peers.a, peers.atB);
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    private PeerTransportBuilder patient(Identity self, String name, FakeRendezvous rendezvous) {
        return peers.builder(self, name)
                .rendezvous(rendezvous)
                .connectTimeout(FOREVER)
                .queueAfter(FOREVER);
    }

    private void join() {
        FakeRendezvous.join(atA, a.localPeer(), atB, b.localPeer());
    }

    private static Tier tier(CompletableFuture<SendResult> result) throws Exception {
        return result.get(20, TimeUnit.SECONDS).tier();
    }

    /** Waits until the loop has done what it was given before. */
    private static void settle(PeerTransport transport) {
        transport.connections().join();
    }

    @Test
    void shouldTryAgainWhenThePeerGivesUpAfterItsAnswer() throws Exception {
        CompletableFuture<SendResult> result = a.send(b.localPeer(), bytes("hello"));
        atB.show(a.localPeer(), atA.nextSignal());
        byte[] answer = atB.nextSignal();
        b.disconnect(a.localPeer()).join();
        atA.show(b.localPeer(), answer);
        atA.show(b.localPeer(), atB.nextGivenUp());
        byte[] again = atA.nextSignal();

        join();
        atB.show(a.localPeer(), again);
        assertEquals(Tier.DIRECT, tier(result));
        assertEquals(1, a.counters().get("attempts.failed"));
    }

    @Test
    void shouldTryAgainWhenThePeerGivesUpBeforeItsAnswer() throws Exception {
        CompletableFuture<ConnectionInfo> connected = a.connect(b.localPeer());
        atB.show(a.localPeer(), atA.nextSignal());
        b.disconnect(a.localPeer()).join();
        atA.show(b.localPeer(), atB.nextGivenUp());
        byte[] again = atA.nextSignal();

        join();
        atB.show(a.localPeer(), again);
        assertEquals(b.localPeer(), connected.get(20, TimeUnit.SECONDS).peer());
    }

    /** Both call, and the peer, which has seen the offer and shown none, gives up. */
    @Test
    void shouldTryAgainWhenThePeerGivesUpAnOfferThatIsYetToBeSeen() throws Exception {
        var unused = b.connect(a.localPeer());
        atB.nextSignal();
        CompletableFuture<SendResult> result = a.send(b.localPeer(), bytes("hello"));
        atB.show(a.localPeer(), atA.nextSignal());
        b.disconnect(a.localPeer()).join();
        atA.show(b.localPeer(), atB.nextGivenUp());
        byte[] again = atA.nextSignal();

        join();
        atB.show(a.localPeer(), again);
        assertEquals(Tier.DIRECT, tier(result));
    }

    /** The same where the word is lost, as the next signal took its place: an offer would be taken for one of the same moment. */
    @Test
    void shouldAnswerTheOfferAtWhichThePeerWaitsWhenItCallsAgain() throws Exception {
        var unused = b.connect(a.localPeer());
        atB.nextSignal();
        CompletableFuture<SendResult> result = a.send(b.localPeer(), bytes("hello"));
        byte[] offer = atA.nextSignal();
        atB.show(a.localPeer(), offer);
        b.disconnect(a.localPeer()).join();
        atB.nextGivenUp();

        var again = b.connect(a.localPeer());
        byte[] answer = atB.nextSignal();
        assertEquals(
                SessionSignal.fromBytes(offer).id(),
                SessionSignal.fromBytes(answer).answerTo());
        join();
        atA.show(b.localPeer(), answer);
        assertEquals(Tier.DIRECT, tier(result));
        assertEquals(a.localPeer(), again.get(20, TimeUnit.SECONDS).peer());
    }

    /** A rendezvous may show an older signal late. */
    @Test
    void shouldNotAnswerAnOfferThatIsShownAfterItWasGivenUp() throws Exception {
        var unused = b.connect(a.localPeer());
        byte[] offer = atB.nextSignal();
        b.disconnect(a.localPeer()).join();
        atA.show(b.localPeer(), atB.nextGivenUp());
        atA.show(b.localPeer(), offer);
        settle(a);

        assertEquals(0, a.dialler().contextCount());
        assertEquals(1, a.counters().get("signals.stale"));
    }

    /** It would go on for ever. */
    @Test
    void shouldQueueWhenThePeerGivesUpAgain() throws Exception {
        CompletableFuture<SendResult> result = a.send(b.localPeer(), bytes("hello"));
        for (int i = 0; i < 2; i++) {
            atB.show(a.localPeer(), atA.nextSignal());
            b.disconnect(a.localPeer()).join();
            atA.show(b.localPeer(), atB.nextGivenUp());
        }

        assertEquals(Tier.QUEUED, tier(result));
        assertEquals(0, a.dialler().contextCount());
    }

    @Test
    void shouldFreeTheSlotWhenThePeerClosesBeforeTheConnectionIsUp() throws Exception {
        var unused = b.connect(a.localPeer());
        atA.show(b.localPeer(), atB.nextSignal());
        atA.nextSignal();
        assertEquals(1, a.dialler().contextCount());
        b.close();
        atA.show(b.localPeer(), atB.nextGivenUp());
        settle(a);

        assertEquals(0, a.dialler().contextCount());
        assertEquals(0, a.counters().get("connections.coming-up"));
    }

    @Test
    void shouldFailWhoeverAskedForAConnectionWhenThePeerGivesUpAgain() throws Exception {
        CompletableFuture<ConnectionInfo> connected = a.connect(b.localPeer());
        for (int i = 0; i < 2; i++) {
            atB.show(a.localPeer(), atA.nextSignal());
            b.disconnect(a.localPeer()).join();
            atA.show(b.localPeer(), atB.nextGivenUp());
        }
        try {
            throw new AssertionError("connected to " + connected.get(20, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            assertEquals(
                    dev.culvert.transport.ConnectFailedException.class,
                    e.getCause().getClass());
        }
    }

    @Test
    void shouldNotAnswerAnOfferThatWasGivenUpBeforeThereWasASlot() throws Exception {
        a.close();
        a = TwoPeers.open(patient(peers.a, "a", atA).maxConnections(1), peers.b, peers.atA);
        Identity other = Identity.generate();
        FakeRendezvous atOther = new FakeRendezvous();
        try (PeerTransport c = TwoPeers.open(patient(other, "c", atOther), peers.a, new LinkedBlockingQueue<>())) {
            a.addContact(other.peerId()).join();
            FakeRendezvous.join(atA, a.localPeer(), atOther, other.peerId());
            c.connect(a.localPeer()).get(20, TimeUnit.SECONDS);
            var unused = b.connect(a.localPeer());
            atA.show(b.localPeer(), atB.nextSignal());
            b.disconnect(a.localPeer()).join();
            atA.show(b.localPeer(), atB.nextGivenUp());
            settle(a);
            a.disconnect(other.peerId()).join();

            atA.published.clear();
            var connecting = a.connect(b.localPeer());
            SessionSignal offer = SessionSignal.fromBytes(atA.nextSignal());
            assertEquals(0, offer.answerTo(), "it answers an offer that nobody waits at");
            assertFalse(connecting.isDone());
        }
    }

    @Test
    void shouldNotMindWhatIsGivenUpOfAnotherAttempt() throws Exception {
        CompletableFuture<SendResult> result = a.send(b.localPeer(), bytes("hello"));
        SessionSignal offer = SessionSignal.fromBytes(atA.nextSignal());
        byte[] foreign = new byte[32];
        atA.show(b.localPeer(), new SessionSignal(foreign, 0, new byte[0]).toBytes());
        atA.show(b.localPeer(), new SessionSignal(foreign, offer.id() + 1, new byte[0]).toBytes());
        join();
        atB.show(a.localPeer(), offer.toBytes());

        assertEquals(Tier.DIRECT, tier(result));
        assertEquals(0, a.counters().get("attempts.failed"));
        atA.show(b.localPeer(), new SessionSignal(foreign, offer.id(), new byte[0]).toBytes());
        settle(a);
        assertEquals(1, a.connections().join().size(), "ended by what is not of the attempt that came up");
    }

    /** The peer may give up what has just come up here. */
    @Test
    void shouldEndAConnectionThatThePeerGivesUp() throws Exception {
        EndsOfConnections ends = new EndsOfConnections();
        a.onConnection(ends);
        join();
        assertEquals(Tier.DIRECT, tier(a.send(b.localPeer(), bytes("hello"))));
        SessionSignal answer = SessionSignal.fromBytes(atB.nextSignal());
        atA.show(b.localPeer(), new SessionSignal(answer.sessionKey(), answer.answerTo(), new byte[0]).toBytes());

        assertEquals(EndCause.CLOSED_BY_PEER, ends.awaitEnd(b.localPeer()).cause());
        assertNotEquals(Tier.QUEUED, tier(a.send(b.localPeer(), bytes("again"))));
    }

    /** There is a path to it, and nobody to secure a session with. */
    @Test
    void shouldQueueWhenThePeerClosesThePathBeforeTheSessionIsUp() throws Exception {
        boolean larger = a.localPeer().compareTo(b.localPeer()) > 0;
        CompletableFuture<SendResult> result = a.send(b.localPeer(), bytes("hello"));
        SessionSignal offer = SessionSignal.fromBytes(atA.nextSignal());
        IceConfig loopback = IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .build();
        try (EphemeralKey key = EphemeralKey.generate(new SecureRandom());
                IceContext bare = IceContext.open(loopback)) {
            byte[] description = bare.gather(Duration.ofSeconds(20)).toBytes();
            atA.show(b.localPeer(), new SessionSignal(key.publicKey(), offer.id(), description).toBytes());
            bare.connect(
                    IceDescription.fromBytes(offer.description()),
                    larger ? Role.CONTROLLED : Role.CONTROLLING,
                    Duration.ofSeconds(20));
        }

        assertEquals(Tier.QUEUED, tier(result));
        assertEquals(0, a.dialler().contextCount());
    }

    /** What waits for its turn on a connection that is up needs no other. */
    @Test
    void shouldStayWithTheConnectionThatIsUpWhenThePeerGivesUpAnother() throws Exception {
        b.close();
        CountDownLatch handled = new CountDownLatch(1);
        b = TwoPeers.open(patient(peers.b, "b", atB).confirmation(Confirmation.WHEN_HANDLED), peers.a, peers.atB);
        b.onMessage((from, message) -> awaitQuietly(handled));
        CompletableFuture<SendResult> queued = a.send(b.localPeer(), bytes("to the queue"));
        SessionSignal offer = SessionSignal.fromBytes(atA.nextSignal());
        a.disconnect(b.localPeer()).join();
        assertEquals(Tier.QUEUED, tier(queued));
        join();
        a.connect(b.localPeer()).get(20, TimeUnit.SECONDS);
        CompletableFuture<SendResult> behind = a.send(b.localPeer(), bytes("behind it"));
        atA.published.clear();
        byte[] key = new byte[32];
        key[0] = 9;
        atA.show(b.localPeer(), new SessionSignal(key, 0, offer.description()).toBytes());
        atA.nextSignal();
        atA.show(b.localPeer(), new SessionSignal(key, 0, new byte[0]).toBytes());
        settle(a);

        assertEquals(1, a.dialler().contextCount());
        handled.countDown();
        assertEquals(Tier.DIRECT, tier(behind));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
