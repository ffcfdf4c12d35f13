package dev.culvert.peer.internal.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Takes datagrams from the I/O thread to the event loop: copied, in order, as many in one turn as there are, and no more
 * waiting than {@value #MAX_BYTES} bytes; what is over is dropped and counted, and the other side sends it again. {@link
 * #offer} from any thread, all else on the event loop; {@link #close} gives back what waits.
 */
final class PathIntake {
    static final int MAX_BYTES = 6 << 20;

    /** The peer can find the path good a little before us: its first packets wait, and need not be sent again. */
    static final int MAX_EARLY_BYTES = 32 << 10;

    /** Datagrams handled before others on the event loop have their turn. */
    private static final int TURN = 256;

    /** What a datagram takes beyond its bytes, about. */
    private static final int COST = 128;

    private final Executor loop;
    private final Consumer<ByteBuf> taker;
    private final Runnable turnOver;
    private final SessionCounters counters;
    private final Queue<ByteBuf> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger bytes = new AtomicInteger();
    private final AtomicBoolean planned = new AtomicBoolean();
    private volatile boolean started;
    private volatile boolean closed;

    /**
     * @param taker takes each datagram, and releases it
     * @param turnOver run after those that came together
     */
    PathIntake(Executor loop, Consumer<ByteBuf> taker, Runnable turnOver, SessionCounters counters) {
        this.loop = loop;
        this.taker = taker;
        this.turnOver = turnOver;
        this.counters = counters;
    }

    void offer(ByteBuffer datagram) {
        int length = datagram.remaining();
        if (closed) {
            return;
        }
        if (bytes.addAndGet(length + COST) > (started ? MAX_BYTES : MAX_EARLY_BYTES)) {
            bytes.addAndGet(-length - COST);
            counters.backlog.increment();
            return;
        }
        waiting.add(PooledByteBufAllocator.DEFAULT.directBuffer(length).writeBytes(datagram));
        plan();
    }

    /** From now on the taker takes; what came earlier comes first. */
    void start() {
        started = true;
        plan();
    }

    private void plan() {
        if ((started || closed) && planned.compareAndSet(false, true)) {
            loop.execute(this::drain);
        }
    }

    private void drain() {
        planned.set(false);
        int handled = 0;
        ByteBuf next = waiting.poll();
        while (next != null) {
            bytes.addAndGet(-next.readableBytes() - COST);
            handled++;
            if (closed) {
                next.release();
            } else {
                taker.accept(next);
            }
            next = handled < TURN || closed ? waiting.poll() : null;
        }
        if (handled > 0 && !closed) {
            turnOver.run();
        }
        if (!waiting.isEmpty()) {
            plan();
        }
    }

    /** Whether none waits. */
    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Takes and keeps no more. */
    void close() {
        closed = true;
        drain();
    }
}
