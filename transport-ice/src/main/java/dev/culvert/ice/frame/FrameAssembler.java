package dev.culvert.ice.frame;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Puts one peer's frames together from fragments in any order. Has no clock and no thread: the time is an argument. The
 * owner feeds it every datagram, on the I/O thread, calls {@link #expire} at least once a second from anywhere, and
 * closes it, which gives all memory back. A {@link FrameChannel} does the three.
 *
 * <p>Thread-safe; its lock is held for a look-up and a copy.
 */
public final class FrameAssembler implements AutoCloseable {
    /** Most fragments of one peer that wait for the rest of their frames. */
    public static final int MAX_FRAGMENTS = 65_536;

    private final FrameConfig config;
    private final FrameMemory memory;
    private final long reassemblyNanos;
    private final FrameCounters drops = new FrameCounters();
    private final LongAdder deliveredFrames = new LongAdder();
    private final LongAdder deliveredBytes = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final FragmentHeader header = new FragmentHeader();

    @GuardedBy("lock")
    private final FrameTable partial =
            new FrameTable(ThreadLocalRandom.current().nextInt());

    @GuardedBy("lock")
    private final RecentIds ended = new RecentIds();

    @GuardedBy("lock")
    private int fragments;

    @GuardedBy("lock")
    private int heldBytes;

    @GuardedBy("lock")
    private boolean closed;

    /**
     * An assembler without frames.
     *
     * @param memory the budget shared with other peers' assemblers
     */
    public FrameAssembler(FrameConfig config, FrameMemory memory) {
        this.config = config;
        this.memory = memory;
        reassemblyNanos = config.reassemblyTime().toNanos();
    }

    /**
     * Takes a datagram. Whatever it holds, nothing is thrown: it is kept, or completes a frame, or is dropped and
     * counted. Frames whose time is over are dropped first.
     *
     * @param now the time as of {@link System#nanoTime}
     * @param datagram its remaining bytes, big-endian; copied, so the caller may use it again
     * @return the frame that this datagram made whole, in an array of its own that is the caller's to keep; else null
     */
    public @Nullable ByteBuffer onDatagram(long now, ByteBuffer datagram) {
        lock.lock();
        try {
            if (closed) {
                drops.count(FrameDrop.CLOSED);
                return null;
            }
            dropExpired(now);
            FrameDrop refused = header.read(datagram, config.maxFrameBytes());
            if (refused != null) {
                drops.count(refused);
                return null;
            }
            return take(now, datagram);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private @Nullable ByteBuffer take(long now, ByteBuffer payload) {
        PartialFrame frame = partial.find(header.frameId);
        if (frame == null) {
            if (ended.contains(header.frameId)) {
                drops.count(FrameDrop.LATE);
                return null;
            }
            frame = new PartialFrame(header, now);
            partial.add(frame);
        } else if (!frame.matches(header)) {
            drops.count(FrameDrop.INCONSISTENT);
            return null;
        } else if (frame.has(header.index)) {
            drops.count(FrameDrop.DUPLICATE);
            return null;
        }
        if (frame.missesOne()) {
            return deliver(frame, payload);
        }
        int cost = frame.costOf(header.index, payload.remaining());
        if (makeRoom(frame, cost)) {
            frame.charged += cost;
            frame.add(header.index, payload);
            fragments++;
        }
        return null;
    }

    @GuardedBy("lock")
    private ByteBuffer deliver(PartialFrame frame, ByteBuffer payload) {
        byte[] whole = frame.complete(header.index, payload);
        forget(frame);
        deliveredFrames.increment();
        deliveredBytes.add(whole.length);
        return ByteBuffer.wrap(whole);
    }

    /** Reserves memory for one more fragment at the cost of the frames that began later; false if there was no way. */
    @GuardedBy("lock")
    private boolean makeRoom(PartialFrame frame, int bytes) {
        FrameDrop lacking = reserve(bytes);
        while (lacking != null) {
            PartialFrame youngest = partial.youngest();
            if (youngest == null || youngest == frame) {
                drop(frame, lacking); // without this fragment it can not become whole
                return false;
            }
            drop(youngest, lacking);
            lacking = reserve(bytes);
        }
        return true;
    }

    @GuardedBy("lock")
    private @Nullable FrameDrop reserve(int bytes) {
        if (fragments == MAX_FRAGMENTS) {
            return FrameDrop.TOO_MANY_FRAGMENTS;
        }
        if (bytes > config.peerBytes() - heldBytes) {
            return FrameDrop.NO_MEMORY_PEER;
        }
        if (!memory.tryReserve(bytes)) {
            return FrameDrop.NO_MEMORY_GLOBAL;
        }
        heldBytes += bytes;
        return null;
    }

    /**
     * Drops the frames whose time is over. To be called at least once a second, by any thread, however quiet the peer:
     * what a silent peer has begun would else stay.
     *
     * @param now the time as of {@link System#nanoTime}
     */
    public void expire(long now) {
        lock.lock();
        try {
            dropExpired(now);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void dropExpired(long now) {
        PartialFrame oldest = partial.oldest();
        while (oldest != null && now - oldest.began >= reassemblyNanos) {
            drop(oldest, FrameDrop.EXPIRED);
            oldest = partial.oldest();
        }
    }

    @GuardedBy("lock")
    private void drop(PartialFrame frame, FrameDrop cause) {
        drops.count(cause);
        forget(frame);
    }

    @GuardedBy("lock")
    private void forget(PartialFrame frame) {
        partial.remove(frame);
        ended.add(frame.id);
        fragments -= frame.received();
        heldBytes -= frame.charged;
        memory.release(frame.charged);
    }

    /** Drops all incomplete frames, gives their memory back, and takes no more. Idempotent. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            PartialFrame oldest = partial.oldest();
            while (oldest != null) {
                drop(oldest, FrameDrop.CLEARED);
                oldest = partial.oldest();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The numbers of what was received. */
    public FrameStats stats() {
        return stats(0, 0);
    }

    /** The same with those of what was sent. */
    FrameStats stats(long sentFrames, long refusedFrames) {
        lock.lock();
        try {
            var dropped = drops.snapshot();
            if (refusedFrames > 0) {
                dropped.put(FrameDrop.SEND_REFUSED, refusedFrames);
            }
            return new FrameStats(
                    sentFrames,
                    deliveredFrames.sum(),
                    deliveredBytes.sum(),
                    partial.size(),
                    fragments,
                    heldBytes,
                    dropped);
        } finally {
            lock.unlock();
        }
    }
}
