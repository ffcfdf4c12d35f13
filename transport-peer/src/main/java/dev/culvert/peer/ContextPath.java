package dev.culvert.peer;

import dev.culvert.ice.IceContext;
import dev.culvert.ice.SelectedPair;
import dev.culvert.peer.internal.session.DatagramPath;
import java.nio.ByteBuffer;
import java.util.List;

/** An ICE context as a session's path. Owns nothing. */
record ContextPath(IceContext context) implements DatagramPath {
    @Override
    public int send(List<ByteBuffer> datagrams) {
        return context.send(datagrams);
    }

    @Override
    public int mtu() {
        return context.mtu();
    }

    /** By its addresses: large frames do not tell, as InfiniBand's and some clouds' are as large as loopback's. */
    @Override
    public boolean staysOnHost() {
        SelectedPair pair = context.selectedPair();
        return pair != null
                && !pair.isRelayed()
                && pair.base().getAddress().equals(pair.remoteAddress().getAddress());
    }

    @Override
    public void doubt() {
        context.checkPath();
    }
}
