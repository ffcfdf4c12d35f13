package dev.culvert.peer;

import dev.culvert.ice.SendStatus;
import dev.culvert.ice.frame.FrameConfig;
import dev.culvert.ice.frame.FrameHub;
import dev.culvert.ice.frame.FrameSendResult;
import dev.culvert.peer.internal.session.PeerSession;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.transport.PeerId;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is worth something only now, such as sound, pictures and where a pointer is: over live connections, encrypted and
 * authenticated like messages, but lost where the network loses it, in whatever order it arrives, and never queued for an
 * absent peer. {@link PeerTransport#connect} first. Any thread; lives as long as its {@link PeerTransport}.
 *
 * <pre>{@code
 * transport.realTime().onFrame((from, picture) -> System.out.println(picture.remaining() + " bytes"));
 * transport.connect(peer).join();
 * SendStatus status = transport.realTime().sendFrame(peer, ByteBuffer.wrap(new byte[100_000])).status();
 * }</pre>
 */
public final class RealTime {
    /** Longest datagram, in bytes: what every path takes in one packet. */
    public static final int MAX_DATAGRAM_BYTES = PeerSession.MAX_DATAGRAM_BYTES - 1;

    /** Longest frame, in bytes. */
    public static final int MAX_FRAME_BYTES = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(RealTime.class);

    /**
     * Takes datagrams or frames on the transport's event loop. Must not block: every peer waits meanwhile.
     *
     * <pre>{@code
     * RealTime.Handler counting = (from, bytes) -> System.out.println(bytes.remaining());
     * transport.realTime().onDatagram(counting);
     * }</pre>
     */
    @FunctionalInterface
    public interface Handler {
        /**
         * Called for each as it arrives.
         *
         * @param from the authenticated sender
         * @param bytes of a datagram valid during the call only; a frame's are the handler's to keep
         */
        void onArrival(PeerId from, ByteBuffer bytes);
    }

    private final Function<PeerId, @Nullable RealTimeChannel> channels;
    private final FrameHub hub = FrameHub.open(FrameConfig.builder()
            .maxFrameBytes(MAX_FRAME_BYTES)
            .datagramBytes(PeerSession.MAX_DATAGRAM_BYTES)
            .build());
    private final LongAdder unhandled = new LongAdder();
    private final LongAdder unsent = new LongAdder();
    private final LongAdder handlerFailures = new LongAdder();
    private volatile @Nullable Handler datagrams;
    private volatile @Nullable Handler frames;

    /**
     * @param channels finds that of a peer's live connection, on any thread
     */
    RealTime(Function<PeerId, @Nullable RealTimeChannel> channels) {
        this.channels = channels;
    }

    /** For a connection that has come up. */
    RealTimeChannel open(PeerId peer, PeerSession session) {
        return new RealTimeChannel(peer, session, this, hub);
    }

    /**
     * Sends a datagram; does not block.
     *
     * @param payload its remaining bytes, 1 to {@link #MAX_DATAGRAM_BYTES}; copied, and left as they were
     * @return SENT when it is on its way, which may lose it; {@link SendStatus#NOT_CONNECTED} without a live connection;
     *     {@link SendStatus#BUFFER_FULL} when more is on its way than the path takes soon
     */
    public SendStatus sendDatagram(PeerId to, ByteBuffer payload) {
        RealTimeChannel channel = channels.apply(to);
        SendStatus status = channel == null ? SendStatus.NOT_CONNECTED : channel.sendDatagram(payload);
        return counted(status);
    }

    private SendStatus counted(SendStatus status) {
        if (status != SendStatus.SENT) {
            unsent.increment();
        }
        return status;
    }

    /**
     * Sends a frame in fragments, of which none may be lost; waits for another thread's frame to the same peer to be handed
     * over, and for nothing else.
     *
     * @param frame its remaining bytes, 1 to {@link #MAX_FRAME_BYTES}; consumed when all of it was taken, else as they were
     * @return as for datagrams; what was sent of a frame that was refused half way is of no use to the peer
     * @throws MessageTooLargeException if it is longer
     */
    public FrameSendResult sendFrame(PeerId to, ByteBuffer frame) {
        RealTimeChannel channel = channels.apply(to);
        FrameSendResult result =
                channel == null ? new FrameSendResult(SendStatus.NOT_CONNECTED, 0, 0) : channel.sendFrame(frame);
        counted(result.status());
        return result;
    }

    /** Sets who takes datagrams; what comes before is dropped. */
    public void onDatagram(Handler handler) {
        datagrams = handler;
    }

    /** Sets who takes frames, in the order they became whole; what comes before is dropped. */
    public void onFrame(Handler handler) {
        frames = handler;
    }

    /** Event loop. */
    void onDatagram(PeerId from, ByteBuffer payload) {
        handle(datagrams, from, payload);
    }

    /** Event loop. */
    void onFrame(PeerId from, ByteBuffer frame) {
        handle(frames, from, frame);
    }

    private void handle(@Nullable Handler handler, PeerId from, ByteBuffer bytes) {
        if (handler == null || !bytes.hasRemaining()) { // none of ours is empty
            unhandled.increment();
            return;
        }
        try {
            handler.onArrival(from, bytes);
        } catch (RuntimeException | Error e) {
            handlerFailures.increment();
            LOG.debug("A handler of datagrams or frames threw", e);
        }
    }

    void addTo(Map<String, Long> counts) {
        counts.put("real-time.unsent", unsent.sum());
        counts.put("real-time.unhandled", unhandled.sum());
        counts.put("real-time.handler-failures", handlerFailures.sum());
    }

    void close() {
        hub.close();
    }
}
