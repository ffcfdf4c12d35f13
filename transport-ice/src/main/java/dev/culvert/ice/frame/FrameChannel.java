package dev.culvert.ice.frame;

import dev.culvert.ice.DatagramHandler;
import dev.culvert.ice.SendStatus;
import dev.culvert.ice.internal.HandlerGate;
import dev.culvert.transport.MessageTooLargeException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One peer's frames, both ways. Give it to {@link dev.culvert.ice.ContextConfig#handler} and {@link #attach} it to the
 * context's {@code send}. Frames arrive on the endpoint's I/O thread and are sent from any, one after the other. Lives
 * until {@link #close}, or its hub's; does not close the context.
 */
public final class FrameChannel implements DatagramHandler, AutoCloseable {
    private final FrameHub hub;
    private final FrameHandler handler;
    private final FrameAssembler assembler;
    private final FrameFragmenter fragmenter; // sends under the lock below
    private final HandlerGate gate = new HandlerGate();
    private final ReentrantLock sending = new ReentrantLock();
    private volatile @Nullable FrameOutput output;
    private volatile boolean closed;

    FrameChannel(FrameHub hub, FrameConfig config, FrameMemory memory, FrameHandler handler) {
        this.hub = hub;
        this.handler = handler;
        assembler = new FrameAssembler(config, memory);
        fragmenter = new FrameFragmenter(config);
    }

    /** Where frames are sent from now on, best a {@link PacedOutput}; another context's {@code send} after a new connection. */
    public void attach(FrameOutput to) {
        output = to;
    }

    /**
     * Sends a frame. Waits for another thread's frame to be sent, and as long as the output does.
     *
     * @param frame its remaining bytes; consumed when all of it was taken, else as they were
     * @return {@link SendStatus#NOT_CONNECTED} before {@link #attach}
     * @throws MessageTooLargeException if the frame is over {@link FrameConfig#maxFrameBytes()}
     * @throws IllegalStateException if the output calls this
     */
    public FrameSendResult send(ByteBuffer frame) {
        if (sending.isHeldByCurrentThread()) {
            throw new IllegalStateException("A frame's output must not send frames itself");
        }
        sending.lock();
        try {
            return fragmenter.send(frame, this::sendFragment);
        } finally {
            sending.unlock();
        }
    }

    private SendStatus sendFragment(ByteBuffer datagram) {
        if (closed) {
            return SendStatus.CLOSED;
        }
        FrameOutput to = output;
        return to == null ? SendStatus.NOT_CONNECTED : to.send(datagram);
    }

    /** I/O thread: a datagram from the peer. For the context to call. */
    @Override
    public void onDatagram(ByteBuffer payload) {
        ByteBuffer frame = assembler.onDatagram(hub.now(), payload);
        if (frame == null) {
            hub.sweepSoon();
        } else if (gate.enter()) {
            try {
                handler.onFrame(frame);
            } finally {
                gate.leave();
            }
        }
    }

    /** Any thread: drops what is over. */
    void expire(long now) {
        assembler.expire(now);
    }

    /** The channel's numbers now. */
    public FrameStats stats() {
        return assembler.stats(fragmenter.sentFrames(), fragmenter.refusedFrames());
    }

    /**
     * Drops what is incomplete and gives its memory back. Idempotent, from any thread, the handler's own too. Waits at
     * most a second for a running handler; after that no call of it begins.
     */
    @Override
    public void close() {
        closed = true;
        assembler.close();
        hub.forget(this);
        var unused = gate.close();
    }
}
