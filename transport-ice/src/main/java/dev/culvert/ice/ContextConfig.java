package dev.culvert.ice;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one {@link IceContext} receives. Immutable.
 *
 * @param handler takes each datagram on the I/O thread; null for the queue
 * @param queueCapacity messages the {@link ReceiveQueue} holds before it drops the oldest, 1 to 65536; unused with a
 *     handler
 * @param stateListener told of every state change, on the STUN thread; null for none
 * @param goodbyeListener told when the peer has closed its side, on the STUN thread; null for none
 * @param grace how long after the last pair has failed the peer's own checks are waited for, which may come late, or from
 *     an address that nobody has told us of; 0 to 1 h, never longer than the time to connect
 */
public record ContextConfig(
        @Nullable DatagramHandler handler,
        int queueCapacity,
        @Nullable StateListener stateListener,
        @Nullable Runnable goodbyeListener,
        Duration grace) {
    /** Messages a queue holds by default. */
    public static final int DEFAULT_QUEUE_CAPACITY = 16;

    /** How long the peer's own checks are waited for by default. */
    public static final Duration DEFAULT_GRACE = Duration.ofSeconds(5);

    private static final Duration MAX_GRACE = Duration.ofHours(1);

    /** Throws {@link IllegalArgumentException} if the capacity or the grace is out of range. */
    public ContextConfig {
        if (queueCapacity < 1 || queueCapacity > 65_536) {
            throw new IllegalArgumentException("queueCapacity is 1 to 65536, not " + queueCapacity);
        }
        if (grace.isNegative() || grace.compareTo(MAX_GRACE) > 0) {
            throw new IllegalArgumentException("grace is 0 to 1 h, not " + grace);
        }
    }

    /** Receives through a queue of 16 messages. */
    public static ContextConfig queue() {
        return new ContextConfig(null, DEFAULT_QUEUE_CAPACITY, null, null, DEFAULT_GRACE);
    }

    /** Receives through a handler, without copies. */
    public static ContextConfig handler(DatagramHandler handler) {
        return new ContextConfig(handler, DEFAULT_QUEUE_CAPACITY, null, null, DEFAULT_GRACE);
    }

    /** The same with another queue capacity. */
    public ContextConfig withQueueCapacity(int messages) {
        return new ContextConfig(handler, messages, stateListener, goodbyeListener, grace);
    }

    /** The same with a state listener. */
    public ContextConfig withStateListener(StateListener listener) {
        return new ContextConfig(handler, queueCapacity, listener, goodbyeListener, grace);
    }

    /**
     * The same with a listener that is told at once when the peer closes its side, instead of by its silence later. Only a
     * peer that is Culvert, too, says so, and its word can get lost. What it sent before may still be in the queue, so the
     * context is not over by that. Where the peer closes before there is a pair here, {@code connect} fails instead, two
     * seconds later.
     */
    public ContextConfig withGoodbyeListener(Runnable listener) {
        return new ContextConfig(handler, queueCapacity, stateListener, listener, grace);
    }

    /** The same, with so much time for the peer's own checks once ours have failed: where its answer may be slow to come. */
    public ContextConfig withGrace(Duration time) {
        return new ContextConfig(handler, queueCapacity, stateListener, goodbyeListener, time);
    }
}
