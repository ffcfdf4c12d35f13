package dev.culvert.bench;

import dev.culvert.ice.DatagramHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/** Two bare channels. */
final class ChannelLink implements Link {
    private final ChannelSide near;
    private final ChannelSide far;

    ChannelLink(DatagramHandler nearHandler, DatagramHandler farHandler) throws IOException {
        near = new ChannelSide("near", InetAddress.getLoopbackAddress(), nearHandler);
        far = new ChannelSide("far", InetAddress.getLoopbackAddress(), farHandler);
        near.start();
        far.start();
    }

    @Override
    public boolean sendToFar(ByteBuffer payload) {
        return near.send(payload, far.address());
    }

    @Override
    public boolean sendToNear(ByteBuffer payload) {
        return far.send(payload, near.address());
    }

    @Override
    public void close() {
        near.close();
        far.close();
    }
}
