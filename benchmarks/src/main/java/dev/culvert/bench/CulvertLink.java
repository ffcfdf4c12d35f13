package dev.culvert.bench;

import dev.culvert.ice.ContextConfig;
import dev.culvert.ice.DatagramHandler;
import dev.culvert.ice.IceConfig;
import dev.culvert.ice.IceContext;
import dev.culvert.ice.IceDescription;
import dev.culvert.ice.Role;
import dev.culvert.ice.SendStatus;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/** Two connected contexts in handler mode, each on an endpoint of its own. */
final class CulvertLink implements Link {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final IceContext near;
    private final IceContext far;

    CulvertLink(DatagramHandler nearHandler, DatagramHandler farHandler) {
        IceConfig config = IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .socketBufferBytes(BUFFER_BYTES)
                .build();
        near = IceContext.open(config, ContextConfig.handler(nearHandler));
        far = IceContext.open(config, ContextConfig.handler(farHandler));
        IceDescription offer = near.gather(Duration.ZERO);
        IceDescription answer = far.gather(Duration.ZERO);
        var farConnected = far.connectAsync(offer, Role.CONTROLLED, TIMEOUT);
        near.connect(answer, Role.CONTROLLING, TIMEOUT);
        farConnected.join();
    }

    @Override
    public boolean sendToFar(ByteBuffer payload) {
        return near.send(payload) == SendStatus.SENT;
    }

    @Override
    public boolean sendToNear(ByteBuffer payload) {
        return far.send(payload) == SendStatus.SENT;
    }

    @Override
    public void close() {
        near.close();
        far.close();
    }
}
