package dev.culvert.dht.mainline;

import dev.culvert.transport.TransportClosedException;
import dev.culvert.transport.TransportException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The alert thread: reads the native session's alerts, hands them to the pending requests, ends those whose time is
 * over, completes futures, and at the end destroys the session itself, so that no other thread ever frees what this one
 * uses. The other methods may be called from any thread. Lives from {@link #start} until shortly after
 * {@link #beginClose}.
 */
final class AlertLoop implements Runnable {
    static final String WHAT = "The Mainline DHT engine";

    private static final Logger LOG = LoggerFactory.getLogger(AlertLoop.class);
    private static final String THREAD = "culvert-dht-mainline";

    /** How late a time-out may be seen. */
    private static final long TICK_MILLIS = 100;

    /** How often the routing table is asked while somebody waits for nodes. */
    private static final long COUNT_TICK_MILLIS = 20;

    /** How often the bootstrap nodes are pinged anew while somebody waits for nodes; the first ping may get lost. */
    private static final Duration PING_AGAIN = Duration.ofSeconds(2);

    /** How often a node that nobody waits for looks whether it still knows others, and asks the bootstrap nodes if not. */
    private static final Duration LOOK_ROUND = Duration.ofSeconds(5);

    private static final Duration LAST_CALLBACKS = Duration.ofSeconds(1);

    private final NativeSession session;
    private final Requests requests;
    private final List<InetSocketAddress> bootstrapNodes;
    private final Thread thread;
    private final CountDownLatch destroyed = new CountDownLatch(1);
    private final List<InetSocketAddress> addresses = new CopyOnWriteArrayList<>();
    private final LongAdder overflows = new LongAdder();

    private final Object lock = new Object();
    private final NodeWaits waits = new NodeWaits(); // guarded by lock
    private boolean closing; // guarded by lock

    private volatile String lastTrouble = "nothing";
    private long countAskedAt; // alert thread only
    private long pingedAt; // alert thread only

    private AlertLoop(MainlineConfig config, NativeSession session) {
        this.session = session;
        this.requests = new Requests(config, session);
        this.bootstrapNodes = config.bootstrapNodes();
        this.thread = new Thread(this, THREAD);
        this.thread.setDaemon(true);
    }

    /** Opens a session and starts the thread; until then the calling thread is the alert thread. */
    static AlertLoop start(MainlineConfig config) {
        NativeSession session = new NativeSession(config, Bep44.MAX_VALUE);
        AlertLoop loop = new AlertLoop(config, session);
        session.awaitStarted();
        for (DhtAlert alert : session.alerts(0)) {
            loop.report(alert);
        }
        if (loop.addresses.isEmpty()) {
            session.destroy();
            throw new TransportException("The Mainline DHT can listen on none of " + config.listenInterfaces()
                    + "; choose other addresses or port 0. The engine reported: " + loop.lastTrouble);
        }
        loop.ping(System.nanoTime());
        loop.thread.start();
        return loop;
    }

    Requests requests() {
        return requests;
    }

    CompletableFuture<Void> awaitNodes(int nodes, Duration timeout, Supplier<String> onTimeout) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        synchronized (lock) {
            if (closing) {
                return CompletableFuture.failedFuture(new TransportClosedException(WHAT));
            }
            waits.add(nodes, result, System.nanoTime() + timeout.toNanos(), onTimeout);
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

    /** The last complaint of the engine, for messages. */
    String lastTrouble() {
        return lastTrouble;
    }

    MainlineStats stats() {
        return new MainlineStats(requests.foreignItems(), requests.unmatchedAnswers(), overflows.sum());
    }

    /** From now on every request fails; the thread ends soon after. Idempotent. */
    void beginClose() {
        requests.refuseAll();
        synchronized (lock) {
            closing = true;
        }
        // Wakes the loop.
        session.requestNodeCount();
    }

    /** Waits for the end of the session and then of the thread, unless this is the thread. */
    void awaitEnd(Duration limit) {
        if (Thread.currentThread() == thread) {
            return;
        }
        boolean interrupted = false;
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                if (!destroyed.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    LOG.warn("The DHT session did not end within {}; its thread is left to finish alone", limit);
                }
                break;
            } catch (InterruptedException e) {
                // The session must not be left half closed; the interrupt is kept for the caller.
                interrupted = true;
            }
        }
        interrupted |= !joined();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What is chained to the last futures may still run; it is not waited for long. */
    private boolean joined() {
        try {
            thread.join(LAST_CALLBACKS.toMillis());
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    @Override
    public void run() {
        try {
            while (!isClosing()) {
                step();
            }
        } catch (RuntimeException | Error e) {
            LOG.error("The DHT's alert thread failed; the engine closes", e);
        } finally {
            end();
        }
    }

    private void step() {
        List<Runnable> actions = new ArrayList<>();
        for (DhtAlert alert : session.alerts(isCounting() ? COUNT_TICK_MILLIS : TICK_MILLIS)) {
            requests.take(alert, actions);
            if (alert instanceof DhtAlert.NodeCount count) {
                onCounted(count.nodes(), actions);
            }
            report(alert);
        }
        requests.tick(actions);
        long now = System.nanoTime();
        synchronized (lock) {
            waits.expire(now, actions);
        }
        if (isCounting()) {
            lookForNodes(now);
        } else if (now - countAskedAt >= LOOK_ROUND.toNanos()) {
            countAskedAt = now;
            session.requestNodeCount();
        }
        complete(actions);
    }

    private void onCounted(long nodes, List<Runnable> actions) {
        synchronized (lock) {
            waits.counted(nodes, actions);
        }
        long now = System.nanoTime();
        if (nodes == 0 && now - pingedAt >= PING_AGAIN.toNanos()) {
            ping(now); // alone from the start, or after a time without a network: nobody else would tell us of nodes
        }
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

    private void report(DhtAlert alert) {
        if (alert instanceof DhtAlert.Listening listening) {
            addresses.add(listening.address());
        } else if (alert instanceof DhtAlert.Trouble trouble) {
            lastTrouble = trouble.message();
            LOG.debug("Mainline DHT: {}", trouble.message());
        } else if (alert instanceof DhtAlert.Overflow) {
            overflows.increment();
            LOG.warn("The DHT session had more to report than its queue holds; some requests will time out");
        }
    }

    private void end() {
        // Not asked to close when the loop failed.
        beginClose();
        try {
            session.destroy();
        } finally {
            // After the session, so that a request that lost the race against closing is found here.
            List<Runnable> actions = new ArrayList<>();
            requests.failAll(actions);
            synchronized (lock) {
                waits.failAll(new TransportClosedException(WHAT), actions);
            }
            destroyed.countDown();
            complete(actions);
        }
    }

    private boolean isClosing() {
        synchronized (lock) {
            return closing;
        }
    }

    private boolean isCounting() {
        synchronized (lock) {
            return !waits.isEmpty();
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
}
