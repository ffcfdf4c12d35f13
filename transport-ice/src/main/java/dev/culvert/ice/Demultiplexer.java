package dev.culvert.ice;

import dev.culvert.ice.internal.StunClassifier;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where each datagram of an endpoint goes: STUN to the STUN thread, data to the context whose address it comes from,
 * the rest to a counter. {@link #onDatagram} belongs to the I/O thread; what it hands over runs on the STUN thread.
 */
final class Demultiplexer {
    /** STUN messages that may wait for the STUN thread: 4096 checks are 0.4 s of its work. */
    private static final int STUN_BACKLOG = 4_096;

    private final ReflexiveProber prober;
    private final StunDispatcher dispatcher;
    private final DropCounters drops;
    private final Executor stunThread;
    private final StunClassifier classifier = new StunClassifier(); // I/O thread only
    private final AtomicInteger stunWaiting = new AtomicInteger();

    Demultiplexer(ContextTable contexts, ReflexiveProber prober, DropCounters drops, Executor stunThread) {
        this.prober = prober;
        this.drops = drops;
        this.stunThread = stunThread;
        dispatcher = new StunDispatcher(contexts, prober, drops);
    }

    void onDatagram(EndpointSocket socket, InetSocketAddress from, ByteBuffer payload) {
        if (StunClassifier.looksLikeStun(payload) && (classifier.hasFingerprint(payload) || prober.isServer(from))) {
            handOver(socket, from, payload);
            return;
        }
        IceContext context = socket.route(from);
        if (context == null) {
            drops.count(DropCause.UNKNOWN_SOURCE);
        } else {
            context.onData(payload);
        }
    }

    private void handOver(EndpointSocket socket, InetSocketAddress from, ByteBuffer payload) {
        if (stunWaiting.incrementAndGet() > STUN_BACKLOG) {
            stunWaiting.decrementAndGet();
            drops.count(DropCause.STUN_BACKLOG);
            return;
        }
        byte[] message = new byte[payload.remaining()];
        payload.get(message);
        long receivedNanos = System.nanoTime();
        Tasks.tryExecute(stunThread, () -> {
            stunWaiting.decrementAndGet();
            dispatcher.dispatch(socket, from, message, receivedNanos);
        });
    }
}
