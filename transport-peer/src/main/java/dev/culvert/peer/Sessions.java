package dev.culvert.peer;

import dev.culvert.peer.internal.session.DatagramPath;
import dev.culvert.peer.internal.session.PeerSession;
import dev.culvert.peer.internal.session.ReceiveRoom;
import dev.culvert.transport.PeerId;

/** Makes the sessions of a transport; on its event loop. */
@FunctionalInterface
interface Sessions {
    /**
     * A session that waits for its path.
     *
     * @param peer who must be at the other end
     * @param larger whether our peer id is the larger one, which says who takes which part
     * @param firstId see {@link SessionSignal#connectionId}
     * @param room for the peer's messages, the same for all its sessions
     */
    PeerSession open(
            PeerId peer,
            boolean larger,
            byte[] firstId,
            DatagramPath path,
            ReceiveRoom room,
            PeerSession.Listener listener);
}
