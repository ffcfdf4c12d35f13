package dev.culvert.peer.internal.session;

import dev.culvert.identity.Identity;
import dev.culvert.transport.EndCause;
import dev.culvert.transport.MessageId;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Two sessions, each on an event loop of its own, and between them a path that a test may make bad. */
final class TwoSessions implements AutoCloseable {
    static final int MAX_MESSAGE = 16 << 20;
    static final int LOST = -1;

    /** Of a path that stays on its host. */
    static final int LOOPBACK_MTU = 65_507;

    record Arrived(MessageId id, byte[] payload) {}

    final byte[] firstId = randomId();
    final End client;
    final End server;

    /** Two ends without sessions. */
    TwoSessions() {
        client = new End(true, null);
        server = new End(false, null);
    }

    /** Two ends without sessions, on the event loops of these others, whose transports they share. */
    private TwoSessions(TwoSessions others) {
        client = new End(true, others.client);
        server = new End(false, others.server);
    }

    /** Two more ends on our event loops; to be closed before us. */
    TwoSessions beside() {
        return new TwoSessions(this);
    }

    /** Two ends that have their sessions and have not begun. */
    static TwoSessions open() {
        TwoSessions two = new TwoSessions();
        two.openBoth();
        return two;
    }

    private void openBoth() {
        client.open();
        server.open();
    }

    /** Two ends that take each other for who they are. */
    static TwoSessions up() throws InterruptedException {
        TwoSessions two = new TwoSessions();
        two.comeUp();
        return two;
    }

    /** Makes two ends without sessions two that take each other for who they are. */
    void comeUp() throws InterruptedException {
        openBoth();
        start();
        client.awaitUp();
        server.awaitUp();
    }

    void start() {
        server.run(() -> server.session().start());
        client.run(() -> client.session().start());
    }

    static byte[] randomId() {
        byte[] id = new byte[QuicSession.FIRST_ID_LENGTH];
        new SecureRandom().nextBytes(id);
        return id;
    }

    @Override
    public void close() {
        client.end();
        server.end();
    }

    /** One end: a session, what it reported, and the way its datagrams take. */
    final class End implements PeerSession.Listener, DatagramPath {
        final boolean isClient;
        final Identity self = Identity.generate();
        final SessionCounters counters = new SessionCounters();
        final EventLoop loop;
        private final boolean ownsLoop;
        final QuicTls tls = new QuicTls(self.tlsCredentials(), counters);
        final BlockingQueue<Arrived> arrived = new LinkedBlockingQueue<>();
        final BlockingQueue<MessageId> delivered = new LinkedBlockingQueue<>();
        final Queue<byte[]> datagrams = new ConcurrentLinkedQueue<>();
        final List<byte[]> recorded = Collections.synchronizedList(new ArrayList<>());
        final CountDownLatch up = new CountDownLatch(1);
        final CompletableFuture<String> down = new CompletableFuture<>();
        final AtomicInteger doubts = new AtomicInteger();
        final AtomicInteger sent = new AtomicInteger();
        ReceiveRoom room = new ReceiveRoom();
        volatile List<MessageId> undelivered = List.of();

        /** Whom this end expects, if not the other end. */
        volatile @Nullable Identity expects;

        /** How late the datagram of this number arrives, in milliseconds, or {@link #LOST}. */
        volatile IntUnaryOperator lateness = number -> 0;

        /** What this end was told after it was told of its end: nothing may be. */
        final Queue<String> afterwards = new ConcurrentLinkedQueue<>();

        /** Takes what the path brings, if not a session. */
        volatile @Nullable Consumer<byte[]> instead;

        volatile boolean records;
        volatile int mtu = 1_400;

        /** When the messages' bytes are needed no more, if not when they are safe. */
        volatile @Nullable CompletionStage<Void> releasing;

        volatile Function<Arrived, CompletionStage<Void>> handling = message -> CompletableFuture.completedFuture(null);

        private volatile @Nullable QuicSession session;

        private End(boolean isClient, @Nullable End beside) {
            this.isClient = isClient;
            ownsLoop = beside == null;
            loop = beside == null ? new DefaultEventLoop() : beside.loop;
        }

        End other() {
            return isClient ? server : client;
        }

        QuicSession session() {
            QuicSession current = session;
            if (current == null) {
                throw new IllegalStateException("not open");
            }
            return current;
        }

        void open() {
            Identity other = expects == null ? other().self : expects;
            run(() -> session = new QuicSession(services(), other.peerId(), isClient, firstId, this, room, this));
        }

        private QuicSession.Services services() {
            return new QuicSession.Services(tls, loop, MAX_MESSAGE, counters);
        }

        /** Runs on the event loop, and waits. */
        void run(Runnable task) {
            loop.submit(task).syncUninterruptibly();
        }

        MessageId send(byte[] payload) {
            MessageId id = MessageId.random();
            run(() -> session().send(id, payload));
            return id;
        }

        Arrived take() throws InterruptedException {
            Arrived message = arrived.poll(30, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("no message within 30 s; down: " + down.getNow("no"));
            }
            return message;
        }

        /** Until nothing has left this end for a while: its window is full. */
        void awaitQuiet() {
            int[] before = {-1};
            Eventually.holds("quiet", () -> {
                boolean quiet = sent.get() == before[0];
                before[0] = sent.get();
                return quiet && !Eventually.within(Duration.ofMillis(300), () -> sent.get() != before[0]);
            });
        }

        MessageId takeDelivered() throws InterruptedException {
            MessageId id = delivered.poll(30, TimeUnit.SECONDS);
            if (id == null) {
                throw new AssertionError("nothing confirmed within 30 s; down: " + down.getNow("no"));
            }
            return id;
        }

        void awaitUp() throws InterruptedException {
            if (!up.await(20, TimeUnit.SECONDS)) {
                throw new AssertionError("not up within 20 s; down: " + down.getNow("no"));
            }
        }

        String awaitDown() {
            return down.orTimeout(20, TimeUnit.SECONDS).join();
        }

        boolean isUp() {
            return up.getCount() == 0;
        }

        private void end() {
            if (session != null && !loop.isShutdown()) {
                run(session()::close);
            }
            if (ownsLoop) {
                loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
            }
            self.close();
        }

        private void note(String what) {
            if (down.isDone()) {
                afterwards.add(what);
            }
        }

        /** Another session of this end with the same peer, begun, and with nobody at its other end. */
        Fresh fresh(byte[] id) {
            Fresh fresh = new Fresh();
            run(() -> {
                QuicSession begun =
                        new QuicSession(services(), other().self.peerId(), isClient, id, fresh, room, fresh);
                fresh.session = begun;
                begun.start();
            });
            return fresh;
        }

        // ---- what the session calls

        @Override
        public int send(List<ByteBuffer> datagrams) {
            for (ByteBuffer datagram : datagrams) {
                byte[] copy = new byte[datagram.remaining()];
                datagram.get(copy);
                if (records) {
                    recorded.add(copy);
                }
                int late = lateness.applyAsInt(sent.getAndIncrement());
                if (late == 0) {
                    other().receive(copy);
                } else if (late > 0) {
                    loop.schedule(() -> other().receive(copy), late, TimeUnit.MILLISECONDS);
                }
            }
            return datagrams.size();
        }

        void receive(byte[] datagram) {
            Consumer<byte[]> other = instead;
            QuicSession to = session;
            if (other != null) {
                other.accept(datagram);
            } else if (to != null) {
                to.onDatagram(ByteBuffer.wrap(datagram));
            }
        }

        @Override
        public int mtu() {
            return mtu;
        }

        @Override
        public boolean staysOnHost() {
            return mtu == LOOPBACK_MTU;
        }

        @Override
        public void doubt() {
            doubts.incrementAndGet();
        }

        @Override
        public void onUp() {
            note("up");
            up.countDown();
        }

        @Override
        public Handover onMessage(MessageId id, byte[] payload) {
            note("message");
            Arrived message = new Arrived(id, payload);
            arrived.add(message);
            CompletionStage<Void> stage = handling.apply(message);
            return new Handover(releasing == null ? stage : releasing, stage);
        }

        @Override
        public void onDatagram(ByteBuffer payload) {
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            datagrams.add(bytes);
        }

        @Override
        public void onDelivered(MessageId id) {
            note("delivered");
            delivered.add(id);
        }

        @Override
        public void onDown(EndCause cause, String detail, List<MessageId> left) {
            note("down");
            undelivered = left;
            down.complete(detail);
        }
    }

    /** A session that nobody answers, and what it said to its listener. */
    static final class Fresh implements PeerSession.Listener, DatagramPath {
        final Queue<String> told = new ConcurrentLinkedQueue<>();
        private @Nullable QuicSession session;

        void receive(byte[] datagram) {
            if (session != null) {
                session.onDatagram(ByteBuffer.wrap(datagram));
            }
        }

        void close() {
            if (session != null) {
                session.close();
            }
        }

        @Override
        public int send(List<ByteBuffer> datagrams) {
            return datagrams.size();
        }

        @Override
        public int mtu() {
            return 1_400;
        }

        @Override
        public boolean staysOnHost() {
            return false;
        }

        @Override
        public void doubt() {
            told.add("doubt");
        }

        @Override
        public void onUp() {
            told.add("up");
        }

        @Override
        public Handover onMessage(MessageId id, byte[] payload) {
            told.add("message");
            return Handover.done();
        }

        @Override
        public void onDatagram(ByteBuffer payload) {
            told.add("datagram");
        }

        @Override
        public void onDelivered(MessageId id) {
            told.add("delivered");
        }

        @Override
        public void onDown(EndCause cause, String detail, List<MessageId> undelivered) {
            told.add("down: " + detail);
        }
    }

    /** So long after now. */
    static long deadline(Duration time) {
        return System.nanoTime() + time.toNanos();
    }
}
