package dev.culvert.ice;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.culvert.transport.BufferTooSmallException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Messages between the I/O thread and the app: a bounded ring that drops its oldest message when full, because for
 * real-time data the newest is worth most. One thread offers, any number take; each message is copied once in and once
 * out, under the lock, for a copy of a datagram takes less than a second lock would. A message whose taker's buffer is too small stays at the head, so nothing is ever cut or lost to a short read.
 *
 * <p>Every accepted message ends in exactly one of three counters: accepted = delivered + dropped + cleared, plus what
 * is still inside.
 */
public final class ReceiveQueue {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private final BufferPool pool;

    @GuardedBy("lock")
    private final byte[][] messages;

    @GuardedBy("lock")
    private final int[] lengths;

    /** The array that was emptied last, for the next message: a taker that keeps pace never goes to the pool. */
    @GuardedBy("lock")
    private byte @Nullable [] spare;

    @GuardedBy("lock")
    private int head;

    @GuardedBy("lock")
    private int size;

    @GuardedBy("lock")
    private boolean ended;

    @GuardedBy("lock")
    private long accepted;

    @GuardedBy("lock")
    private long delivered;

    @GuardedBy("lock")
    private long dropped;

    @GuardedBy("lock")
    private long cleared;

    ReceiveQueue(int capacity, BufferPool pool) {
        this.pool = pool;
        messages = new byte[capacity][];
        lengths = new int[capacity];
    }

    /**
     * Adds a message, in place of the oldest if the queue is full.
     *
     * @param payload its remaining bytes are copied and consumed if it is taken; must not be empty, since 0 means "nothing came"
     * @return false if the queue has ended and the message was not taken
     */
    boolean offer(ByteBuffer payload) {
        int length = payload.remaining();
        if (length == 0) {
            throw new IllegalArgumentException("Empty messages are not queued");
        }
        lock.lock();
        try {
            if (ended) {
                return false;
            }
            if (size == messages.length) {
                dropped++;
                release(removeHead());
            }
            byte[] message = arrayFor(length);
            payload.get(message, 0, length);
            int tail = wrap(head + size);
            messages[tail] = message;
            lengths[tail] = length;
            size++;
            accepted++;
            notEmpty.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private byte[] arrayFor(int length) {
        byte[] kept = spare;
        if (kept == null || kept.length < length) {
            return pool.borrow(length);
        }
        spare = null;
        return kept;
    }

    @GuardedBy("lock")
    private void release(byte[] array) {
        if (spare == null && array.length == BufferPool.POOLED_BYTES) {
            spare = array;
        } else {
            pool.giveBack(array);
        }
    }

    @GuardedBy("lock")
    private byte[] removeHead() {
        byte[] message = messages[head];
        messages[head] = null;
        head = wrap(head + 1);
        size--;
        return message;
    }

    /** An index of the ring; a comparison, because a division takes as long as copying a short message. */
    @GuardedBy("lock")
    private int wrap(int index) {
        return index < messages.length ? index : index - messages.length;
    }

    /**
     * Takes the oldest message if there is one; never waits, and ignores interrupts.
     *
     * @param buffer receives the message at its position, which advances
     * @return the message's length; 0 if there is none; -1 once the queue has ended and is empty
     * @throws BufferTooSmallException if the message does not fit; it stays at the head
     */
    public int recv(ByteBuffer buffer) {
        lock.lock();
        try {
            if (size == 0) {
                return ended ? -1 : 0;
            }
            return deliver(buffer);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the oldest message, waiting for one.
     *
     * @param buffer receives the message at its position, which advances
     * @param timeoutMillis 0 returns at once; more waits that many milliseconds; anything negative waits for ever
     * @return the message's length; 0 if none came in time; -1 once the queue has ended and is empty
     * @throws BufferTooSmallException if the message does not fit; it stays at the head and another waiter is woken
     * @throws InterruptedException if the thread was interrupted before or while it waited
     */
    public int recvTimeout(ByteBuffer buffer, long timeoutMillis) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (!awaitMessage(timeoutMillis)) {
                return ended ? -1 : 0;
            }
            return deliver(buffer);
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether a message is there; spurious wake-ups go on waiting. */
    @GuardedBy("lock")
    private boolean awaitMessage(long timeoutMillis) throws InterruptedException {
        long remaining = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        while (size == 0 && !ended) {
            if (timeoutMillis < 0) {
                notEmpty.await();
            } else if (remaining <= 0) {
                return false;
            } else {
                remaining = notEmpty.awaitNanos(remaining);
            }
        }
        return size > 0;
    }

    @GuardedBy("lock")
    private int headLengthFitting(ByteBuffer buffer) {
        int length = lengths[head];
        if (buffer.isReadOnly()) {
            notEmpty.signal();
            throw new ReadOnlyBufferException();
        }
        if (length > buffer.remaining()) {
            // This taker used up a signal without taking the message: pass the signal on.
            notEmpty.signal();
            throw new BufferTooSmallException(length, buffer.remaining());
        }
        return length;
    }

    @GuardedBy("lock")
    private int deliver(ByteBuffer buffer) {
        int length = headLengthFitting(buffer);
        byte[] message = removeHead();
        delivered++;
        buffer.put(message, 0, length);
        release(message);
        return length;
    }

    /** Ends the queue and throws away what is in it: every waiter wakes with -1. Idempotent. */
    void shutdown() {
        lock.lock();
        try {
            ended = true;
            while (size > 0) {
                cleared++;
                pool.giveBack(removeHead());
            }
            if (spare != null) {
                pool.giveBack(spare);
                spare = null;
            }
            notEmpty.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the queue but leaves what has arrived to be taken; then takers get -1. Idempotent. */
    void endAfterLast() {
        lock.lock();
        try {
            ended = true;
            notEmpty.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The numbers so far, taken together under the lock. */
    public Counts counts() {
        lock.lock();
        try {
            return new Counts(accepted, delivered, dropped, cleared, size);
        } finally {
            lock.unlock();
        }
    }

    /**
     * A queue's numbers. Always accepted = delivered + dropped + cleared + waiting.
     *
     * @param accepted messages taken in
     * @param delivered messages handed out
     * @param dropped oldest messages that made room
     * @param cleared messages thrown away by shutdown
     * @param waiting messages inside now
     */
    public record Counts(long accepted, long delivered, long dropped, long cleared, int waiting) {}
}
