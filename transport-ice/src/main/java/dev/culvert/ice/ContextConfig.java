package dev.culvert.ice;

import org.jspecify.annotations.Nullable;

/**
 * How one {@link IceContext} receives. Immutable.
 *
 * @param handler takes each datagram on the I/O thread; null for the queue
 * @param queueCapacity messages the {@link ReceiveQueue} holds before it drops the oldest, 1 to 65536; unused with a
 *     handler
 * @param stateListener told of every state change, on the STUN thread; null for none
 */
public record ContextConfig(
        @Nullable DatagramHandler handler,
        int queueCapacity,
        @Nullable StateListener stateListener) {
    /** Messages a queue holds by default. */
    public static final int DEFAULT_QUEUE_CAPACITY = 16;

    /** Throws {@link IllegalArgumentException} if the capacity is out of range. */
    public ContextConfig {
        if (queueCapacity < 1 || queueCapacity > 65_536) {
            throw new IllegalArgumentException("queueCapacity is 1 to 65536, not " + queueCapacity);
        }
    }

    /** Receives through a queue of 16 messages. */
    public static ContextConfig queue() {
        return new ContextConfig(null, DEFAULT_QUEUE_CAPACITY, null);
    }

    /** Receives through a handler, without copies. */
    public static ContextConfig handler(DatagramHandler handler) {
        return new ContextConfig(handler, DEFAULT_QUEUE_CAPACITY, null);
    }

    /** The same with another queue capacity. */
    public ContextConfig withQueueCapacity(int messages) {
        return new ContextConfig(handler, messages, stateListener);
    }

    /** The same with a state listener. */
    public ContextConfig withStateListener(StateListener listener) {
        return new ContextConfig(handler, queueCapacity, listener);
    }
}
