package dev.culvert.dht.mainline;

import dev.culvert.dht.Slot;
import dev.culvert.transport.TransportClosedException;
import dev.culvert.transport.TransportException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The alert thread and what waits for it: reads the native session's alerts, hands them to the pending operations, ends
 * those whose time is over, completes futures, and at the end destroys the session itself, so that no other thread ever
 * frees what this one uses. Requests may come from any thread; {@link #lock} guards the pending operations and is never
 * held during a native call or while a future completes.
 */
final class AlertLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(AlertLoop.class);
    private static final String THREAD = "culvert-dht-mainline";
    private static final String WHAT = "The Mainline DHT engine";

    /** Most gets, and most puts, that may wait at once. */
    private static final int MAX_PENDING = 4096;
    /** How late a time-out may be seen, and how often the routing table is asked while somebody waits for nodes. */
    private static final long TICK_MILLIS = 100;

    private static final long COUNT_TICK_MILLIS = 20;
    /** How often the bootstrap nodes are pinged anew while somebody waits for nodes; the first ping may get lost. */
    private static final Duration PING_AGAIN = Duration.ofSeconds(2);

    private final NativeSession session;
    private final List<InetSocketAddress> bootstrapNodes;
    private final Thread thread;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final List<InetSocketAddress> addresses = new CopyOnWriteArrayList<>();
    private final LongAdder foreign = new LongAdder();
    private final LongAdder unmatched = new LongAdder();
    private final LongAdder overflows = new LongAdder();

    private final Object lock = new Object();
    // Guarded by lock, as is what they hold.
    private final PendingGets gets;
    private final PendingPuts puts;
    private final NodeWaits waits = new NodeWaits();
    private boolean closing;
    // Alert thread only.
    private long countAskedAt;
    private long pingedAt;

    private AlertLoop(MainlineConfig config, NativeSession session) {
        this.session = session;
        this.bootstrapNodes = config.bootstrapNodes();
        this.gets = new PendingGets(
                MAX_PENDING, config.getTimeout().toNanos(), config.settleTime().toNanos());
        this.puts = new PendingPuts(MAX_PENDING, config.putTimeout().toNanos());
        this.thread = new Thread(this, THREAD);
        this.thread.setDaemon(true);
    }

    /** Opens a session and starts the thread; until then the calling thread is the alert thread. */
    static AlertLoop start(MainlineConfig config) {
        NativeSession session = new NativeSession(config, Bep44.MAX_VALUE);
        AlertLoop loop = new AlertLoop(config, session);
        List<String> trouble = new ArrayList<>();
        session.awaitStarted();
        for (DhtAlert alert : session.alerts(0)) {
            if (alert instanceof DhtAlert.Trouble t) {
                trouble.add(t.message());
            }
            loop.take(alert, new Work());
        }
        if (loop.addresses.isEmpty()) {
            session.destroy();
            throw new TransportException("The Mainline DHT can listen on none of " + config.listenInterfaces() + " ("
                    + String.join("; ", trouble) + "); choose other addresses or port 0");
        }
        loop.ping(System.nanoTime());
        loop.thread.start();
        return loop;
    }

    CompletableFuture<List<byte[]>> get(Slot slot) {
        CompletableFuture<List<byte[]>> result = new CompletableFuture<>();
        synchronized (lock) {
            if (closing) {
                return CompletableFuture.failedFuture(new TransportClosedException(WHAT));
            }
            if (!gets.begin(slot, result, System.nanoTime())) {
                return CompletableFuture.failedFuture(tooMany());
            }
        }
        try {
            // When the session is gone by now, the end of the loop fails what was just taken in.
            session.get(slot);
        } catch (RuntimeException e) {
            result.completeExceptionally(notTaken(e));
            List<Runnable> actions = new ArrayList<>();
            synchronized (lock) {
                gets.heard(slot, 0, null, true, System.nanoTime(), actions);
            }
            complete(actions);
        }
        return result;
    }

    /** @param secret wiped when the put is over */
    CompletableFuture<Integer> put(Slot slot, byte[] secret, byte[] value) {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        PendingPuts.Put put = new PendingPuts.Put(slot, secret, value, result);
        PendingPuts.Offer offer;
        synchronized (lock) {
            if (closing) {
                Arrays.fill(secret, (byte) 0);
                return CompletableFuture.failedFuture(new TransportClosedException(WHAT));
            }
            offer = puts.offer(put, System.nanoTime());
        }
        if (offer == PendingPuts.Offer.REFUSED) {
            Arrays.fill(secret, (byte) 0);
            return CompletableFuture.failedFuture(tooMany());
        }
        if (offer == PendingPuts.Offer.START) {
            start(List.of(put));
        }
        return result;
    }

    CompletableFuture<Void> awaitNodes(int nodes, long timeoutNanos, String onTimeout) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        synchronized (lock) {
            if (closing) {
                return CompletableFuture.failedFuture(new TransportClosedException(WHAT));
            }
            waits.add(nodes, result, System.nanoTime() + timeoutNanos, onTimeout);
        }
        // Its answer wakes the loop.
        session.requestNodeCount();
        return result;
    }

    void addNode(InetSocketAddress node) {
        session.addNode(node);
    }

    List<InetSocketAddress> localAddresses() {
        return List.copyOf(addresses);
    }

    MainlineStats stats() {
        return new MainlineStats(foreign.sum(), unmatched.sum(), overflows.sum());
    }

    /** From now on every request fails; the thread ends soon after. Idempotent. */
    void beginClose() {
        synchronized (lock) {
            closing = true;
        }
        session.requestNodeCount();
    }

    /** Waits for the end of the thread, unless this is the thread. */
    void awaitEnd(Duration limit) {
        if (Thread.currentThread() == thread) {
            return;
        }
        boolean interrupted = false;
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                if (!ended.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    LOG.warn("The DHT session did not end within {}; its thread is left to finish alone", limit);
                }
                break;
            } catch (InterruptedException e) {
                // The session must not be left half closed; the interrupt is kept for the caller.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        try {
            while (!closing()) {
                step();
            }
        } catch (RuntimeException | Error e) {
            LOG.error("The DHT's alert thread failed; the engine closes", e);
        } finally {
            end();
        }
    }

    private void step() {
        boolean counting;
        synchronized (lock) {
            counting = !waits.isEmpty();
        }
        Work work = new Work();
        for (DhtAlert alert : session.alerts(counting ? COUNT_TICK_MILLIS : TICK_MILLIS)) {
            take(alert, work);
        }
        long now = System.nanoTime();
        synchronized (lock) {
            gets.expire(now, work.actions);
            puts.expire(now, work.actions, work.started);
            waits.expire(now, work.actions);
            counting = !waits.isEmpty();
        }
        if (counting) {
            lookForNodes(now);
        }
        start(work.started);
        complete(work.actions);
    }

    private void lookForNodes(long now) {
        if (now - countAskedAt >= TimeUnit.MILLISECONDS.toNanos(COUNT_TICK_MILLIS)) {
            countAskedAt = now;
            session.requestNodeCount();
        }
        if (now - pingedAt >= PING_AGAIN.toNanos()) {
            ping(now);
        }
    }

    private void ping(long now) {
        pingedAt = now;
        bootstrapNodes.forEach(session::addNode);
    }

    /** Hands puts to the session; one that it does not take fails, and the next of its slot follows. */
    private void start(List<PendingPuts.Put> started) {
        Deque<PendingPuts.Put> queue = new ArrayDeque<>(started);
        List<Runnable> actions = new ArrayList<>();
        for (PendingPuts.Put put = queue.poll(); put != null; put = queue.poll()) {
            try {
                session.put(put.slot, put.secret, put.value);
            } catch (RuntimeException e) {
                List<PendingPuts.Put> next = new ArrayList<>();
                synchronized (lock) {
                    puts.failed(put, notTaken(e), System.nanoTime(), actions, next);
                }
                queue.addAll(next);
            }
        }
        complete(actions);
    }

    private void take(DhtAlert alert, Work work) {
        long now = System.nanoTime();
        boolean expected = true;
        synchronized (lock) {
            if (alert instanceof DhtAlert.Item item) {
                expected = gets.heard(item.slot(), item.sequence(), item.value(), item.last(), now, work.actions);
            } else if (alert instanceof DhtAlert.Foreign item) {
                foreign.increment();
                expected = gets.heard(item.slot(), 0, null, item.last(), now, work.actions);
            } else if (alert instanceof DhtAlert.Stored stored) {
                expected = puts.stored(stored, now, work.actions, work.started);
            } else if (alert instanceof DhtAlert.NodeCount count) {
                waits.counted(count.nodes(), work.actions);
            }
        }
        if (!expected) {
            unmatched.increment();
        }
        report(alert);
    }

    private void report(DhtAlert alert) {
        if (alert instanceof DhtAlert.Listening listening) {
            addresses.add(listening.address());
        } else if (alert instanceof DhtAlert.Trouble trouble) {
            LOG.info("Mainline DHT: {}", trouble.message());
        } else if (alert instanceof DhtAlert.Overflow) {
            overflows.increment();
            LOG.warn("The DHT session had more to report than its queue holds; some requests will time out");
        }
    }

    private void end() {
        synchronized (lock) {
            closing = true;
        }
        try {
            session.destroy();
        } finally {
            // After the session, so that a put that lost the race against closing is found here.
            List<Runnable> actions = new ArrayList<>();
            TransportClosedException reason = new TransportClosedException(WHAT);
            synchronized (lock) {
                gets.failAll(reason, actions);
                puts.failAll(reason, actions);
                waits.failAll(reason, actions);
            }
            ended.countDown();
            complete(actions);
        }
    }

    private boolean closing() {
        synchronized (lock) {
            return closing;
        }
    }

    private static void complete(List<Runnable> actions) {
        for (Runnable action : actions) {
            try {
                action.run();
            } catch (RuntimeException e) {
                LOG.warn("What was chained to a DHT request failed", e);
            }
        }
    }

    private static TransportException notTaken(RuntimeException cause) {
        return new TransportException("The Mainline DHT session refused a request: " + cause.getMessage(), cause);
    }

    private static TransportException tooMany() {
        return new TransportException("Too many requests to the Mainline DHT are waiting (over " + MAX_PENDING + ", or "
                + PendingPuts.PER_SLOT + " puts of one slot); wait for some to end");
    }

    /** What the alerts of one round lead to. */
    private static final class Work {
        final List<Runnable> actions = new ArrayList<>();
        final List<PendingPuts.Put> started = new ArrayList<>();
    }
}
