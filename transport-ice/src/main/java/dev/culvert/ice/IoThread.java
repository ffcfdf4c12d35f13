package dev.culvert.ice;

import dev.culvert.ice.internal.turn.RelayedData;
import dev.culvert.udp.UdpPoller;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread {@code culvert-io-N} of an endpoint: reads all its sockets, and takes what other threads have received, so
 * that all data of a context arrives on one. Lives until {@link #close}.
 */
final class IoThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IoThread.class);
    private static final Duration FOR_EVER = Duration.ofSeconds(-1);
    private static final long JOIN_MILLIS = 1_000;

    /** Datagrams of one relay that may wait. */
    private static final int MAX_RELAYED = 256;

    private final UdpPoller poller;
    private final DropCounters drops;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean closed;

    IoThread(int number, UdpPoller poller, DropCounters drops) {
        this.poller = poller;
        this.drops = drops;
        thread = new Thread(this::readUntilClosed, "culvert-io-" + number);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void readUntilClosed() {
        while (!closed) {
            try {
                poller.poll(FOR_EVER); // closing the poller ends it
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
            } catch (IOException | RuntimeException | Error e) { // an Error of one peer's must not end it for all
                LOG.error("Reading from the endpoint's sockets failed; going on", e);
            }
        }
    }

    /** A sink for another thread, that of relays over TCP: copies what it gets, and hands it over here. Bounded. */
    RelayedData.Sink relaying(RelayedData.Sink sink) {
        AtomicInteger waiting = new AtomicInteger();
        return (peer, payload) -> {
            if (waiting.incrementAndGet() > MAX_RELAYED) {
                waiting.decrementAndGet();
                drops.count(DropCause.RELAY_BACKLOG);
                return;
            }
            ByteBuffer copy =
                    ByteBuffer.allocate(payload.remaining()).put(payload).flip();
            tasks.add(() -> {
                waiting.decrementAndGet();
                sink.onData(peer, copy);
            });
            poller.wakeup();
        };
    }

    /** Closes the poller with its sockets, and waits at most a second for the thread, never for itself. Idempotent. */
    @Override
    public void close() {
        closed = true;
        poller.close();
        if (thread == Thread.currentThread()) {
            return;
        }
        try {
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
