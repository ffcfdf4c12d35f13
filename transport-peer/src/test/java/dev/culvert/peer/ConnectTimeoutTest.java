package dev.culvert.peer;

import static dev.culvert.peer.TwoPeers.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.culvert.dht.Dht;
import dev.culvert.dht.MessageQueue;
import dev.culvert.dht.MessageStore;
import dev.culvert.dht.QueueConfig;
import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.ice.IceConfig;
import dev.culvert.identity.Identity;
import dev.culvert.transport.EndCause;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.SendResult;
import dev.culvert.transport.Tier;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
        DeafLoop time = new DeafLoop();
        try (Dht dht = MemoryDht.join(new MemoryNetwork());
                MessageStore store = MessageStore.open(directory);
                MessageQueue queue = MessageQueue.open(self, dht, store, QueueConfig.defaults(), Clock.systemUTC());
                Dialler dialler = new IceDialler(IceConfig.builder()
                        .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                        .build())) {
            PeerLink link = new PeerLink(services(time, dialler, queue, store), peer);
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
            link.close("The test");
        }
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
                (to, larger, firstId, path, listener) -> {
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
