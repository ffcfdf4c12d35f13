package dev.culvert.ice;

import dev.culvert.transport.ConnectionState;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One context that {@link RandomCallsTest} calls, with what must hold of it whatever is called: its callbacks, what it
 * delivers, its futures and its numbers.
 */
final class RandomSubject implements CandidateListener {
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final int LARGEST = 64;

    final int number = NUMBERS.incrementAndGet();
    final boolean usesHandler;
    final IceContext context;
    final List<CompletableFuture<?>> futures = new CopyOnWriteArrayList<>();
    private final ConcurrentLinkedQueue<String> faults;
    private final BooleanSupplier endpointClosed;
    private final Consumer<RandomSubject> insideCallback;
    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong handled = new AtomicLong();
    private volatile boolean closeReturned;
    private volatile ConnectionState told = ConnectionState.NEW;
    volatile RandomSubject partner;
    volatile IceDescription description;

    /**
     * A subject whose context is made by {@code opener}.
     *
     * @param endpointClosed whether a close of its endpoint has returned
     * @param faults takes what must not be
     * @param insideCallback what its handler and listener do, besides checking
     */
    RandomSubject(
            Random random,
            Function<ContextConfig, IceContext> opener,
            BooleanSupplier endpointClosed,
            ConcurrentLinkedQueue<String> faults,
            Consumer<RandomSubject> insideCallback) {
        this.endpointClosed = endpointClosed;
        this.faults = faults;
        this.insideCallback = insideCallback;
        usesHandler = random.nextInt(3) == 0;
        ContextConfig config = usesHandler
                ? ContextConfig.handler(this::onDatagram)
                : ContextConfig.queue().withQueueCapacity(1 + random.nextInt(4));
        context = opener.apply(config.withStateListener(this::onState));
    }

    /** A datagram that says who sent it. */
    ByteBuffer message(Random random) {
        ByteBuffer message = ByteBuffer.allocate(4 + random.nextInt(LARGEST - 4));
        return message.putInt(0, number);
    }

    private void onDatagram(ByteBuffer payload) {
        expect(!isClosed(), "a handler was called after close");
        handled.incrementAndGet();
        checkSender(payload);
        insideCallback.accept(this);
    }

    private void onState(ConnectionState from, ConnectionState to) {
        expect(!isClosed(), "a listener was called after close");
        expect(from == told && from.canBecome(to), "told " + from + " -> " + to + " after " + told);
        told = to;
        insideCallback.accept(this);
    }

    @Override
    public void onCandidate(IceCandidate candidate) {
        expect(!isClosed(), "a candidate listener was called after close");
        partner.context.addRemoteCandidate(candidate);
        insideCallback.accept(this);
    }

    @Override
    public void onEndOfCandidates() {
        expect(!isClosed(), "a candidate listener was called after close");
        partner.context.endOfRemoteCandidates();
        insideCallback.accept(this);
    }

    /** The peer's description as it is when it connects: every other subject is told of the candidates later. */
    IceDescription seen(IceDescription remote) {
        return number % 4 < 2 ? remote : new IceDescription(remote.ufrag(), remote.password(), List.of(), false);
    }

    /** Tells the partner of this side's candidates one by one. */
    void trickle() {
        IceDescription own = description;
        if (own != null) {
            own.candidates().forEach(partner.context::addRemoteCandidate);
            partner.context.endOfRemoteCandidates();
        }
    }

    private void checkSender(ByteBuffer payload) {
        int sender = payload.getInt(payload.position());
        expect(sender == partner.number, "got a message of " + sender + ", not of " + partner.number);
    }

    /** Takes a message; returns what the context returned. */
    int take(int bufferBytes, long timeoutMillis) throws InterruptedException {
        ByteBuffer buffer = ByteBuffer.allocate(bufferBytes);
        int length = timeoutMillis == 0 ? context.recv(buffer) : context.recvTimeout(buffer, timeoutMillis);
        if (length > 0) {
            taken.incrementAndGet();
            checkSender(buffer.flip());
        }
        return length;
    }

    /** Takes messages until the context has ended, waiting for ever for each. */
    void drain() {
        try {
            while (take(LARGEST, -1) >= 0) {
                Thread.onSpinWait();
            }
        } catch (InterruptedException e) {
            faults.add("a waiter was interrupted");
        }
    }

    private boolean isClosed() {
        return closeReturned || endpointClosed.getAsBoolean();
    }

    void close() {
        context.close();
        closeReturned = true;
    }

    /** After its endpoint has been closed: the end is complete and the numbers add up. */
    void checkEnd() {
        expect(context.state() == ConnectionState.CLOSED, "is " + context.state());
        expect(futures.stream().allMatch(CompletableFuture::isDone), "someone would wait for a future for ever");
        IceStats stats = context.stats();
        long ended = stats.drops(DropCause.AFTER_SHUTDOWN) + stats.drops(DropCause.EMPTY);
        long queued = taken.get() + stats.drops(DropCause.QUEUE_OVERFLOW) + stats.drops(DropCause.QUEUE_CLEARED);
        expect(
                stats.receivedPackets() == ended + (usesHandler ? handled.get() : queued),
                "received " + stats.receivedPackets() + ", taken " + taken + ", handled " + handled + ", "
                        + stats.drops());
        expect(context.send(message(new Random(1))) == SendStatus.CLOSED, "sends after its end");
    }

    long received() {
        return taken.get() + handled.get();
    }

    private void expect(boolean holds, String what) {
        if (!holds) {
            faults.add("context " + number + ": " + what);
        }
    }
}
