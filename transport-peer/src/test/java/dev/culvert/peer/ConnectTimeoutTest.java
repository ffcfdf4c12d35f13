package dev.culvert.peer;

import static dev.culvert.peer.TwoPeers.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.Dht;
import dev.culvert.dht.MessageQueue;
import dev.culvert.dht.MessageStore;
import dev.culvert.dht.QueueConfig;
import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.ice.ContextConfig;
import dev.culvert.ice.IceConfig;
import dev.culvert.ice.IceContext;
import dev.culvert.ice.StunServer;
import dev.culvert.identity.Identity;
import dev.culvert.transport.ConnectFailedException;
import dev.culvert.transport.EndCause;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.SendResult;
import dev.culvert.transport.Tier;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How long a message waits for a connection that does not come, with the defaults, in virtual time. */
@Timeout(60)
class ConnectTimeoutTest {
    /** What an app may count on. */
    private static final Duration QUEUED_AFTER = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private final Identity self = Identity.generate();
    private final PeerId peer = Identity.generate().peerId();
    private final FakeRendezvous rendezvous = new FakeRendezvous();
    private final LinkCounters counters = new LinkCounters();

    /** Hears only its own thread: what the sockets' threads report is as good as lost, so nothing ever comes of it. */
    private static final class DeafLoop {
        final VirtualLoop virtual = new VirtualLoop();
        final Thread owner = Thread.currentThread();

        final EventLoop loop = new EventLoop("culvert-test-unused") {
            @Override
            public void execute(Runnable task) {
                if (Thread.currentThread() == owner) {
                    virtual.execute(task);
                }
            }

            @Override
            Timer schedule(Runnable task, Duration delay) {
                return virtual.schedule(task, delay);
            }
        };
    }

    @Test
    void shouldQueueWithinTenSecondsWithTheDefaults() throws Exception {
        withLink(onLoopback(), (link, time, dialler, queue) -> {
            CompletableFuture<SendResult> result = new CompletableFuture<>();
            link.send(new OutboundMessage(MessageId.random(), bytes("later"), result, time.virtual.nowNanos()));
            time.virtual.advance(QUEUED_AFTER.minusMillis(1));
            assertEquals(0, queue.outstanding(peer).join(), "queued before its time");
            assertFalse(result.isDone());

            time.virtual.advance(Duration.ofMillis(1));
            SendResult done = result.get(20, TimeUnit.SECONDS);
            assertEquals(Tier.QUEUED, done.tier());
            assertEquals(QUEUED_AFTER, done.elapsed());
            assertEquals(0, counters.failedAttempts.sum(), "the connection may still come up");

            // Who could not be reached for so long keeps nothing waiting any more.
            CompletableFuture<SendResult> next = new CompletableFuture<>();
            link.send(new OutboundMessage(MessageId.random(), bytes("at once"), next, time.virtual.nowNanos()));
            assertEquals(Tier.QUEUED, next.get(20, TimeUnit.SECONDS).tier());

            Duration timeout = PeerTransport.builder(self).config().connectTimeout();
            time.virtual.advance(timeout.minus(QUEUED_AFTER));
            assertEquals(1, counters.failedAttempts.sum());
            assertEquals(
                    List.of(EndCause.TIMED_OUT),
                    ended.stream().map(ConnectionEnd::cause).toList());
        });
    }

    /** One attempt replaces the other, so that none ever times out. */
    @Test
    void shouldNotWaitForEverForAPeerThatOffersAgainAndAgain() throws Exception {
        Duration timeout = PeerTransport.builder(self).config().connectTimeout();
        whileGathering((link, time, dialler, queue) -> {
            CompletableFuture<ConnectionInfo> result = new CompletableFuture<>();
            link.connect(result);
            int offers = 9;
            for (int i = 0; i < offers; i++) {
                assertFalse(result.isDone(), () -> result + " " + ended);
                time.virtual.advance(timeout.dividedBy(offers));
                rendezvous.show(peer, offer(i));
            }

            ExecutionException failure = assertThrows(ExecutionException.class, result::get);
            assertInstanceOf(ConnectFailedException.class, failure.getCause());
            assertEquals(1, dialler.contextCount(), "the attempt goes on");
        });
    }

    /** What asks again as soon as it has failed is not joined to the attempt that is just ending. */
    @Test
    void shouldTryAnewForWhoAsksAgainAtOnce() throws Exception {
        Duration timeout = PeerTransport.builder(self).config().connectTimeout();
        withLink(onLoopback(), (link, time, dialler, queue) -> {
            CompletableFuture<ConnectionInfo> first = new CompletableFuture<>();
            CompletableFuture<ConnectionInfo> second = new CompletableFuture<>();
            var unused = first.whenComplete((info, failure) -> link.connect(second));
            link.connect(first);
            time.virtual.advance(timeout);

            assertTrue(first.isCompletedExceptionally());
            assertFalse(second.isDone(), second::toString);
            assertEquals(1, counters.failedAttempts.sum());

            time.virtual.advance(timeout);
            assertTrue(second.isCompletedExceptionally());
            assertEquals(2, counters.failedAttempts.sum());
        });
    }

    @FunctionalInterface
    private interface Course {
        void run(PeerLink link, DeafLoop time, Dialler dialler, MessageQueue queue) throws Exception;
    }

    private void withLink(Dialler given, Course course) throws Exception {
        DeafLoop time = new DeafLoop();
        try (Dht dht = MemoryDht.join(new MemoryNetwork());
                MessageStore store = MessageStore.open(directory);
                MessageQueue queue = MessageQueue.open(self, dht, store, QueueConfig.defaults(), Clock.systemUTC());
                Dialler dialler = given) {
            PeerLink link = new PeerLink(services(time, dialler, queue, store), peer);
            course.run(link, time, dialler, queue);
            link.close("The test");
        }
    }

    private static Dialler onLoopback() {
        return new IceDialler(IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .build());
    }

    /** With a link whose attempts never get as far as to tell the peer anything. */
    private void whileGathering(Course course) throws Exception {
        try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            withLink(gatheringFor(silent), course);
        }
    }

    /** Each attempt waits first for the answer of a server that is silent. */
    private static Dialler gatheringFor(DatagramSocket silent) {
        return new IceDialler(IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .stunServers(List.of(new StunServer("127.0.0.1", silent.getLocalPort())))
                .build());
    }

    private CompletableFuture<SendResult> send(PeerLink link, DeafLoop time) {
        CompletableFuture<SendResult> result = new CompletableFuture<>();
        link.send(new OutboundMessage(MessageId.random(), bytes("hello"), result, time.virtual.nowNanos()));
        return result;
    }

    private void show(DeafLoop time, byte[] signal) {
        rendezvous.show(peer, signal);
        time.virtual.runDue();
    }

    /** What waited has gone to the queue; what comes next has a connection made for it, and is to wait for that. */
    @Test
    void shouldWaitForANewConnectionWhenThePeerGivesUpWhatNobodyWaitsForAnyMore() throws Exception {
        whileGathering((link, time, dialler, queue) -> {
            CompletableFuture<SendResult> late = send(link, time);
            time.virtual.advance(QUEUED_AFTER);
            assertEquals(Tier.QUEUED, late.get(20, TimeUnit.SECONDS).tier());
            show(time, offer(1));
            show(time, givenUp(1));
            assertEquals(0, dialler.contextCount());

            CompletableFuture<SendResult> next = send(link, time);
            assertEquals(1, dialler.contextCount());
            time.virtual.advance(QUEUED_AFTER.minusMillis(1));
            assertEquals(1, queue.outstanding(peer).join(), "queued beside the attempt that was begun for it");
            time.virtual.advance(Duration.ofMillis(1));
            assertEquals(QUEUED_AFTER, next.get(20, TimeUnit.SECONDS).elapsed());
        });
    }

    /** Two that fail in turn, and always have something to say, would try without a pause. */
    @Test
    void shouldKeepThePauseWhenThePeerGivesUpAfterAnAttemptFailed() throws Exception {
        whileGathering((link, time, dialler, queue) -> {
            CompletableFuture<SendResult> late = send(link, time);
            time.virtual.advance(PeerTransport.builder(self).config().connectTimeout());
            assertEquals(Tier.QUEUED, late.get(20, TimeUnit.SECONDS).tier());
            assertEquals(1, counters.failedAttempts.sum());

            show(time, offer(1));
            CompletableFuture<SendResult> next = send(link, time);
            assertFalse(next.isDone());
            show(time, givenUp(1));
            assertEquals(0, dialler.contextCount(), "tried again within the pause");
            assertEquals(Tier.QUEUED, next.get(20, TimeUnit.SECONDS).tier());

            CompletableFuture<ConnectionInfo> asked = new CompletableFuture<>(); // the app knows why
            show(time, offer(2));
            link.connect(asked);
            show(time, givenUp(2));
            assertEquals(1, dialler.contextCount());
            assertFalse(asked.isDone());
        });
    }

    /** The peer does not wait for what we took of it, though we have told nothing of our own yet. */
    @Test
    void shouldGiveUpWhatItTookBeforeItHadGathered() throws Exception {
        whileGathering((link, time, dialler, queue) -> {
            var unused = send(link, time);
            show(time, offer(1));
            assertTrue(rendezvous.published.isEmpty());
            link.disconnect();

            SessionSignal word = SessionSignal.fromBytes(rendezvous.published.remove());
            assertTrue(word.isGivenUp());
            assertEquals(SessionSignal.fromBytes(offer(1)).id(), word.answerTo());
        });
    }

    private static byte[] offer(int number) {
        return signal(number, bytes("not looked at"));
    }

    private static byte[] givenUp(int number) {
        return signal(number, new byte[0]);
    }

    private static byte[] signal(int number, byte[] description) {
        byte[] key = new byte[32];
        key[0] = (byte) (number + 1);
        return new SessionSignal(key, 0, description).toBytes();
    }

    /** A fault where paths are made is a failure like others: it is told, and the queue takes what it can. */
    @Test
    void shouldTellThatNoPathCouldBeMade() throws Exception {
        DeafLoop time = new DeafLoop();
        try (Dht dht = MemoryDht.join(new MemoryNetwork());
                MessageStore store = MessageStore.open(directory);
                MessageQueue queue = MessageQueue.open(self, dht, store, QueueConfig.defaults(), Clock.systemUTC());
                Dialler dialler = new BrokenDialler()) {
            PeerLink link = new PeerLink(services(time, dialler, queue, store), peer);
            CompletableFuture<ConnectionInfo> connection = new CompletableFuture<>();
            link.connect(connection);
            ExecutionException failure = assertThrows(ExecutionException.class, connection::get);
            assertInstanceOf(ConnectFailedException.class, failure.getCause());

            CompletableFuture<SendResult> result = new CompletableFuture<>();
            link.send(new OutboundMessage(MessageId.random(), bytes("at once"), result, time.virtual.nowNanos()));
            assertEquals(Tier.QUEUED, result.get(20, TimeUnit.SECONDS).tier());
            link.close("The test");
        }
    }

    private static final class BrokenDialler implements Dialler {
        @Override
        public boolean canDial() {
            return true;
        }

        @Override
        public IceContext openContext(ContextConfig config) {
            throw new IllegalArgumentException("as if in a library");
        }

        @Override
        public List<InetSocketAddress> localAddresses() {
            return List.of();
        }

        @Override
        public int contextCount() {
            return 0;
        }

        @Override
        public void close() {}
    }

    private final List<ConnectionEnd> ended = new ArrayList<>();

    private LinkServices services(DeafLoop time, Dialler dialler, MessageQueue queue, MessageStore store) {
        return new LinkServices(
                self,
                PeerTransport.builder(self).config(),
                time.loop,
                time.virtual::nowNanos,
                new SecureRandom(),
                dialler,
                (to, larger, firstId, path, room, listener) -> {
                    throw new AssertionError("nothing can connect");
                },
                new Connections(time.loop, 1, dialler::contextCount, ended::add),
                new RealTime(to -> null),
                rendezvous,
                queue,
                new AppDelivery(
                        store,
                        Runnable::run,
                        Clock.systemUTC(),
                        time.loop,
                        time.virtual::nowNanos,
                        Confirmation.WHEN_STORED,
                        counters),
                counters,
                new ConnectionListener() {
                    @Override
                    public void onConnected(ConnectionInfo connection) {
                        throw new AssertionError("nothing can connect");
                    }

                    @Override
                    public void onDisconnected(PeerId gone, String cause) {
                        throw new AssertionError("nothing was connected");
                    }
                });
    }
}
