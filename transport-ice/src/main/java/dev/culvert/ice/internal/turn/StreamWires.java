package dev.culvert.ice.internal.turn;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.culvert.transport.TransportClosedException;
import dev.culvert.transport.TransportException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of an endpoint to its TURN servers over TCP and TLS: one selector and one thread, {@code culvert-turn-N},
 * for all of them, started with the first. Receivers are called on that thread, and must not block it. Thread-safe. Lives
 * until {@link #close}, which ends its wires.
 */
public final class StreamWires implements AutoCloseable {
    /** How long connecting may take, with the TLS handshake. */
    static final Duration CONNECT_TIME = Duration.ofSeconds(5);

    /** How much may wait to be written to one server: half a second of it at a megabit a second. */
    static final int OUTPUT_BYTES = 64 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(StreamWires.class);
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final long JOIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** No TLS record holds more. */
    private static final int READ_BYTES = 65_536;

    /** A wire whose time to connect runs. */
    private record Starting(StreamWire wire, long deadlineNanos) {}

    private final Duration connectTime;
    private final int outputBytes;
    private final Set<StreamWire> wires = ConcurrentHashMap.newKeySet();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    /** The earliest first: all have the same time. Thread of the wires only. */
    private final ArrayDeque<Starting> starting = new ArrayDeque<>();

    private final Object lock = new Object();

    private volatile @Nullable Thread thread;
    private volatile @Nullable Selector selector;
    private volatile boolean closed;

    /** No wires, and no thread yet. */
    public StreamWires() {
        this(CONNECT_TIME, OUTPUT_BYTES);
    }

    /**
     * With other bounds, for tests.
     *
     * @param connectTime how long connecting may take, with the TLS handshake
     * @param outputBytes how much may wait to be written to one server; what is larger is never sent
     */
    StreamWires(Duration connectTime, int outputBytes) {
        this.connectTime = connectTime;
        this.outputBytes = outputBytes;
    }

    /**
     * A wire over TCP. Returns at once; whether there is a server shows in time. What is sent before the connection is up
     * goes out when it is.
     *
     * @param localAddress where to connect from; null leaves it to the kernel
     * @param receiver also told if there is no connection within five seconds
     * @throws TransportClosedException if this is closed
     * @throws TransportException if the process can open no more descriptors
     */
    public TurnWire connect(InetSocketAddress server, @Nullable InetAddress localAddress, TurnWire.Receiver receiver) {
        return start(new StreamWire(
                this, server, localAddress, outputBytes, StreamLayer.Plain::new, text(server), receiver));
    }

    /**
     * A wire over TCP with TLS. The server's certificate must be trusted and be made out to the host. Else as
     * {@link #connect}; the five seconds are for the handshake too.
     *
     * @param localAddress as for {@link #connect}
     * @param host the server's name as the user gave it, or a literal address
     * @param tls decides which certificates are trusted; null for the JVM's default
     */
    public TurnWire connectTls(
            InetSocketAddress server,
            @Nullable InetAddress localAddress,
            String host,
            @Nullable SSLContext tls,
            TurnWire.Receiver receiver) {
        StreamWire.Layers layers = () -> TlsLayer.towards(host, server.getPort(), tls == null ? defaultContext() : tls);
        return start(new StreamWire(
                this, server, localAddress, outputBytes, layers, host + " (TLS, " + text(server) + ")", receiver));
    }

    private static SSLContext defaultContext() throws IOException {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IOException("this JVM's default for TLS can not be loaded: " + e.getMessage(), e);
        }
    }

    private static String text(InetSocketAddress server) {
        if (server.isUnresolved()) {
            return server.getHostString() + ":" + server.getPort();
        }
        String address = server.getAddress().getHostAddress();
        return (address.indexOf(':') >= 0 ? "[" + address + "]" : address) + ":" + server.getPort();
    }

    private StreamWire start(StreamWire wire) {
        synchronized (lock) {
            if (closed) {
                throw new TransportClosedException("The TURN wires");
            }
            Selector used = startedSelector();
            wires.add(wire);
            execute(() -> {
                try {
                    wire.open(used);
                } finally { // from here on, as the server has not kept us waiting before
                    starting.add(new Starting(wire, System.nanoTime() + connectTime.toNanos()));
                }
            });
        }
        return wire;
    }

    @GuardedBy("lock")
    private Selector startedSelector() {
        Selector used = selector;
        if (used != null) {
            return used;
        }
        Selector opened = openSelector();
        Thread started = new Thread(() -> runUntilClosed(opened), "culvert-turn-" + NUMBERS.incrementAndGet());
        started.setDaemon(true);
        try {
            started.start();
        } catch (OutOfMemoryError e) { // that is how too many threads show
            close(opened);
            throw e;
        }
        selector = opened;
        thread = started;
        return opened;
    }

    private static Selector openSelector() {
        try {
            return Selector.open();
        } catch (IOException e) {
            throw new TransportException("Can not open a selector (raise the limit of open files?): " + e, e);
        }
    }

    private static void close(Selector own) {
        try {
            own.close();
        } catch (IOException e) {
            LOG.debug("Closing the selector failed", e);
        }
    }

    private void runUntilClosed(Selector own) {
        ByteBuffer plain = ByteBuffer.allocateDirect(READ_BYTES);
        while (!closed) {
            try {
                runTasks();
                long wait = millisToFirstDeadline();
                if (wait < 0) {
                    own.select(key -> onReady(key, plain));
                } else {
                    own.select(key -> onReady(key, plain), Math.max(1, wait));
                }
                endLate(); // only now: this thread may be the one that is late
                boolean unused = Thread.interrupted(); // a receiver's leavings would make it spin
            } catch (IOException | RuntimeException | Error e) { // one wire's trouble is not the end of the others
                LOG.error("The thread of the TURN connections failed; going on", e);
            }
        }
        close(own);
    }

    private void onReady(SelectionKey key, ByteBuffer plain) {
        if (!closed) {
            ((StreamWire) key.attachment()).onReady(plain);
        }
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null && !closed; task = tasks.poll()) {
            task.run();
        }
    }

    /** 0 if it has passed; -1 if nothing is starting. */
    private long millisToFirstDeadline() {
        while (!starting.isEmpty() && !starting.getFirst().wire().isStarting()) {
            starting.removeFirst();
        }
        if (starting.isEmpty()) {
            return -1;
        }
        long left = starting.getFirst().deadlineNanos() - System.nanoTime();
        return left <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(left) + 1;
    }

    private void endLate() {
        long now = System.nanoTime();
        while (!starting.isEmpty() && starting.getFirst().deadlineNanos() - now <= 0) {
            starting.removeFirst().wire().onTooLate(connectTime);
        }
    }

    /** Runs a task on the thread of the wires, later; not any more once that has ended. */
    void execute(Runnable task) {
        tasks.add(task);
        wakeUp();
    }

    /** Makes the thread look at keys that have changed, which it does by itself when it changes them. */
    void wakeUpFromOutside() {
        if (Thread.currentThread() != thread) {
            wakeUp();
        }
    }

    private void wakeUp() {
        Selector used = selector;
        if (used != null) {
            used.wakeup();
        }
    }

    void forget(StreamWire wire) {
        wires.remove(wire);
    }

    /** How many wires are neither closed nor ended. */
    int count() {
        return wires.size();
    }

    /**
     * Ends the wires and the thread. Idempotent, from any thread. Waits at most a second for a receiver that is running, and
     * never for its own thread; afterwards no callback begins.
     */
    @Override
    public void close() {
        Thread running;
        synchronized (lock) {
            closed = true;
            running = thread;
        }
        long end = System.nanoTime() + JOIN_NANOS;
        wires.forEach(StreamWire::shut);
        wakeUp();
        wires.forEach(StreamWire::close); // only one can be in a callback
        if (running != null && running != Thread.currentThread()) {
            join(running, end);
        }
        tasks.clear();
    }

    private static void join(Thread running, long endNanos) {
        boolean interrupted = Thread.interrupted();
        try {
            running.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime())));
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
