package dev.culvert.peer;

import dev.culvert.ice.SendStatus;
import dev.culvert.ice.frame.FrameChannel;
import dev.culvert.ice.frame.FrameHub;
import dev.culvert.ice.frame.FrameSendResult;
import dev.culvert.peer.internal.session.PeerSession;
import dev.culvert.transport.PeerId;
import java.nio.ByteBuffer;

/**
 * What may be lost, over one connection: single datagrams, and fragments of frames. The first byte tells them apart, as a
 * fragment's is never {@link #SINGLE}. Sends from any thread; receives on the event loop; lives as long as the connection.
 */
final class RealTimeChannel implements AutoCloseable {
    private static final byte SINGLE = 0;

    private final PeerId peer;
    private final PeerSession session;
    private final RealTime realTime;
    private final FrameChannel frames;

    RealTimeChannel(PeerId peer, PeerSession session, RealTime realTime, FrameHub hub) {
        this.peer = peer;
        this.session = session;
        this.realTime = realTime;
        frames = hub.openChannel(frame -> realTime.onFrame(peer, frame));
        frames.attach(session::sendDatagram);
    }

    SendStatus sendDatagram(ByteBuffer payload) {
        if (!payload.hasRemaining()) {
            return SendStatus.EMPTY;
        }
        if (payload.remaining() > RealTime.MAX_DATAGRAM_BYTES) {
            return SendStatus.TOO_LARGE;
        }
        ByteBuffer datagram = ByteBuffer.allocate(1 + payload.remaining());
        return session.sendDatagram(
                datagram.put(SINGLE).put(payload.duplicate()).flip());
    }

    FrameSendResult sendFrame(ByteBuffer frame) {
        return frames.send(frame);
    }

    /** Event loop. */
    void onDatagram(ByteBuffer datagram) {
        if (datagram.get(datagram.position()) == SINGLE) {
            datagram.get();
            realTime.onDatagram(peer, datagram);
        } else {
            frames.onDatagram(datagram);
        }
    }

    @Override
    public void close() {
        frames.close();
    }
}
