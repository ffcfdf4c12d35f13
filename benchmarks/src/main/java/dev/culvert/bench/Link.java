package dev.culvert.bench;

import dev.culvert.ice.DatagramHandler;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Two sockets on 127.0.0.1 with 1 MiB buffers, each read by a thread of its own that waits in a selector and calls a
 * handler; sent to from any thread. Both kinds are the same but for what lies between socket and handler.
 */
interface Link extends AutoCloseable {
    /** Wanted bytes of each kernel buffer. */
    int BUFFER_BYTES = 1 << 20;

    /** Whether the kernel took it. */
    boolean sendToFar(ByteBuffer payload);

    /** Whether the kernel took it. */
    boolean sendToNear(ByteBuffer payload);

    @Override
    void close();

    /** Handlers run on the reading threads. */
    static Link open(String kind, DatagramHandler near, DatagramHandler far) throws IOException {
        return switch (kind) {
            case "IceContext" -> new CulvertLink(near, far);
            case "DatagramChannel" -> new ChannelLink(near, far);
            default -> throw new IllegalArgumentException(kind);
        };
    }
}
