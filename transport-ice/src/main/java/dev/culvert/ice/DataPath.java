package dev.culvert.ice;

import dev.culvert.ice.internal.HandlerGate;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.udp.UdpChannel;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A context's data in both directions, and its numbers. Sending is allowed from any thread and takes no lock; receiving
 * happens on the I/O thread. Ends in two steps: shut down (nothing moves any more) and closed (no callback begins).
 */
final class DataPath {
    private static final Logger LOG = LoggerFactory.getLogger(DataPath.class);

    private static final int UDP_HEADER = 8;
    private static final int V4_HEADERS = 20 + UDP_HEADER;
    private static final int V6_HEADERS = 40 + UDP_HEADER;

    private record Target(EndpointSocket socket, InetSocketAddress remote) {}

    private final @Nullable DatagramHandler handler;
    private final @Nullable ReceiveQueue queue;
    private final HandlerGate gate = new HandlerGate();
    private final DropCounters drops = new DropCounters();
    private final LongAdder sentPackets = new LongAdder();
    private final LongAdder sentBytes = new LongAdder();
    private final LongAdder receivedPackets = new LongAdder();
    private final LongAdder receivedBytes = new LongAdder();
    private volatile @Nullable Target target;
    private volatile int mtu = UdpChannel.UNKNOWN_MTU - V6_HEADERS;
    private volatile boolean ended;
    private volatile boolean handlerFailureLogged;

    DataPath(ContextConfig config, BufferPool buffers) {
        handler = config.handler();
        queue = handler == null ? new ReceiveQueue(config.queueCapacity(), buffers) : null;
    }

    /** Where datagrams go from now on. */
    void select(EndpointSocket socket, InetSocketAddress remote) {
        if (!ended) {
            target = new Target(socket, remote);
        }
    }

    SendStatus send(ByteBuffer payload) {
        int length = payload.remaining();
        if (length > UdpChannel.MAX_PAYLOAD) {
            throw new MessageTooLargeException(length, UdpChannel.MAX_PAYLOAD, "one datagram");
        }
        if (ended) {
            return SendStatus.CLOSED;
        }
        if (length == 0) {
            return SendStatus.EMPTY;
        }
        Target to = target;
        if (to == null) {
            drops.count(DropCause.SEND_NOT_CONNECTED);
            return SendStatus.NOT_CONNECTED;
        }
        return switch (to.socket().send(payload, to.remote())) {
            case SENT -> {
                sentPackets.increment();
                sentBytes.add(length);
                yield SendStatus.SENT;
            }
            case BUFFER_FULL -> dropped(DropCause.SEND_BUFFER_FULL, SendStatus.BUFFER_FULL);
            case TOO_LARGE -> dropped(DropCause.SEND_TOO_LARGE, SendStatus.TOO_LARGE);
            case UNREACHABLE -> dropped(DropCause.SEND_UNREACHABLE, SendStatus.UNREACHABLE);
            // A relay may be gone while the context goes on and looks for another path.
            case CLOSED -> ended ? SendStatus.CLOSED : dropped(DropCause.SEND_UNREACHABLE, SendStatus.UNREACHABLE);
        };
    }

    /** Sends several in their order; returns how many have left. What keeps the next one from it is counted. */
    int send(List<ByteBuffer> payloads) {
        payloads.forEach(DataPath::requireDatagram);
        int sent = 0;
        while (sent < payloads.size()) {
            sent += sendRun(payloads.subList(sent, payloads.size()));
            // Sent alone, it tells what is wrong with it; often nothing any more.
            if (sent < payloads.size() && send(payloads.get(sent++)) != SendStatus.SENT) {
                return sent - 1;
            }
        }
        return sent;
    }

    private static void requireDatagram(ByteBuffer payload) {
        if (payload.remaining() > UdpChannel.MAX_PAYLOAD) {
            throw new MessageTooLargeException(payload.remaining(), UdpChannel.MAX_PAYLOAD, "one datagram");
        }
        if (!payload.hasRemaining()) {
            throw new IllegalArgumentException("Empty datagrams are not sent");
        }
    }

    private int sendRun(List<ByteBuffer> payloads) {
        Target to = target;
        if (ended || to == null) {
            return 0;
        }
        long before = bytesOf(payloads);
        int sent = to.socket().send(payloads, to.remote());
        sentPackets.add(sent);
        sentBytes.add(before - bytesOf(payloads));
        return sent;
    }

    private static long bytesOf(List<ByteBuffer> payloads) {
        long bytes = 0;
        for (ByteBuffer payload : payloads) {
            bytes += payload.remaining();
        }
        return bytes;
    }

    /** The largest payload that the way takes in one piece, as far as is known. */
    int mtu() {
        return mtu;
    }

    /** Something has been learnt of the way: asks anew. Not on the I/O thread, as it takes a few system calls. */
    void measureMtu() {
        Target to = target;
        if (to != null) {
            int headers = to.remote().getAddress() instanceof Inet4Address ? V4_HEADERS : V6_HEADERS;
            mtu = Math.min(to.socket().pathMtu(to.remote()) - headers, UdpChannel.MAX_PAYLOAD);
        }
    }

    private SendStatus dropped(DropCause cause, SendStatus status) {
        drops.count(cause);
        return status;
    }

    /** I/O thread: a datagram from a validated address. */
    void onData(ByteBuffer payload) {
        receivedPackets.increment();
        receivedBytes.add(payload.remaining());
        if (ended) {
            drops.count(DropCause.AFTER_SHUTDOWN);
        } else if (!payload.hasRemaining()) {
            drops.count(DropCause.EMPTY);
        } else if (handler != null) {
            runHandler(handler, payload);
        } else if (queue != null && !queue.offer(payload)) {
            drops.count(DropCause.AFTER_SHUTDOWN);
        }
    }

    private void runHandler(DatagramHandler to, ByteBuffer payload) {
        if (!gate.enter()) {
            drops.count(DropCause.AFTER_SHUTDOWN);
            return;
        }
        try {
            to.onDatagram(payload);
        } catch (Throwable e) {
            // Errors too: one app's AssertionError must not end the thread that reads for every peer.
            drops.count(DropCause.HANDLER_FAILED);
            if (!handlerFailureLogged) {
                handlerFailureLogged = true; // the first is logged, all are counted
                LOG.error("A datagram handler threw; later ones of this context are only counted", e);
            }
        } finally {
            gate.leave();
        }
    }

    ReceiveQueue queue() {
        if (queue == null) {
            throw new IllegalStateException("This context receives through its handler, not through a queue");
        }
        return queue;
    }

    /** No more data will come or go, but what is in the queue can still be taken. */
    void fail() {
        ended = true;
        target = null;
        if (queue != null) {
            queue.endAfterLast();
        }
    }

    /** Nothing moves any more; waiters wake with -1. */
    void shutdown() {
        ended = true;
        target = null;
        if (queue != null) {
            queue.shutdown();
        }
    }

    /** Shuts down and lets no further handler call begin. */
    void close() {
        shutdown();
        if (!gate.close()) {
            LOG.warn("A datagram handler is still running a second after close; no other will begin");
        }
    }

    long sentPackets() {
        return sentPackets.sum();
    }

    long sentBytes() {
        return sentBytes.sum();
    }

    long receivedPackets() {
        return receivedPackets.sum();
    }

    long receivedBytes() {
        return receivedBytes.sum();
    }

    void count(DropCause cause) {
        drops.count(cause);
    }

    /** The drops of this context, the queue's among them. */
    Map<DropCause, Long> drops() {
        Map<DropCause, Long> all = drops.snapshot();
        if (queue != null) {
            ReceiveQueue.Counts counts = queue.counts();
            if (counts.dropped() > 0) {
                all.put(DropCause.QUEUE_OVERFLOW, counts.dropped());
            }
            if (counts.cleared() > 0) {
                all.put(DropCause.QUEUE_CLEARED, counts.cleared());
            }
        }
        return all;
    }
}
