package dev.culvert.peer;

import dev.culvert.transport.PeerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Signalling in the test's hands: keeps what is published, shows what the test wants seen, fails how it likes. */
final class FakeRendezvous implements Rendezvous {
    final BlockingQueue<byte[]> published = new LinkedBlockingQueue<>();
    final List<Runnable> afterPublish = new ArrayList<>();
    volatile Supplier<CompletableFuture<Void>> publishing = () -> CompletableFuture.completedFuture(null);
    volatile Runnable watching = () -> {};
    volatile Runnable closing = () -> {};
    volatile boolean closed;
    private final Map<PeerId, Consumer<byte[]>> watchers = new ConcurrentHashMap<>();
    private volatile Consumer<byte[]> peer = signal -> {};

    /** From now on what each publishes is seen by the other. */
    static void join(FakeRendezvous one, PeerId oneId, FakeRendezvous two, PeerId twoId) {
        join(one, oneId, UnaryOperator.identity(), two, twoId, UnaryOperator.identity());
    }

    /** The same, where the signals of each are changed on their way. */
    static void join(
            FakeRendezvous one,
            PeerId oneId,
            UnaryOperator<byte[]> fromOne,
            FakeRendezvous two,
            PeerId twoId,
            UnaryOperator<byte[]> fromTwo) {
        one.peer = signal -> two.show(oneId, fromOne.apply(signal));
        two.peer = signal -> one.show(twoId, fromTwo.apply(signal));
    }

    /** Waits for the next thing published that is more than an old one taken back or given up. */
    byte[] nextSignal() throws InterruptedException {
        return next(signal -> !signal.isGivenUp());
    }

    /** Waits for the next word that an attempt was given up. */
    byte[] nextGivenUp() throws InterruptedException {
        return next(SessionSignal::isGivenUp);
    }

    private byte[] next(Predicate<SessionSignal> wanted) throws InterruptedException {
        byte[] signal = published.poll(10, TimeUnit.SECONDS);
        while (signal != null && (signal.length == 0 || !wanted.test(SessionSignal.fromBytes(signal)))) {
            signal = published.poll(10, TimeUnit.SECONDS);
        }
        if (signal == null) {
            throw new AssertionError("nothing was published within 10 s");
        }
        return signal;
    }

    @Override
    public CompletableFuture<Void> publish(PeerId to, byte[] signal, Duration ttl) {
        published.add(signal);
        CompletableFuture<Void> result = publishing.get();
        if (result != null && result.isDone() && !result.isCompletedExceptionally()) {
            peer.accept(signal);
        }
        return result;
    }

    @Override
    public Watch watch(PeerId from, Duration interval, Consumer<byte[]> listener) {
        watching.run();
        watchers.put(from, listener);
        return () -> {
            watchers.remove(from);
            closing.run();
        };
    }

    int watches() {
        return watchers.size();
    }

    /** Shows a signal to whoever watches that peer. */
    void show(PeerId from, byte[] signal) {
        Consumer<byte[]> watcher = watchers.get(from);
        if (watcher != null) {
            watcher.accept(signal);
        }
    }

    @Override
    public void close() {
        closed = true;
        closing.run();
    }
}
