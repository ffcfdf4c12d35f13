package dev.culvert.peer;

import dev.culvert.ice.IceContext;
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

    @Override
    public void doubt() {
        context.checkPath();
    }
}
