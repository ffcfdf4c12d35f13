package dev.culvert.ice;

import dev.culvert.ice.internal.ice4j.IceAgent;
import java.nio.ByteBuffer;

/**
 * What the benchmarks need of this package's inside. It lies here, in their module, because the two other ways are worse:
 * making the queue's constructor public for their sake, or the tests' jar with all it needs on their class path.
 */
public final class BenchmarkAccess {
    private BenchmarkAccess() {}

    /** A queue as a context makes it, with a pool of its own. */
    public static ReceiveQueue newQueue(int capacity) {
        return new ReceiveQueue(capacity, new BufferPool());
    }

    /** What the I/O thread does with a datagram. */
    public static boolean offer(ReceiveQueue queue, ByteBuffer payload) {
        return queue.offer(payload);
    }

    /** An endpoint without the use of its STUN thread: what it reads, it handles at once. */
    public static IceEndpoint openWithStunOnIoThread(IceConfig config) {
        return IceEndpoint.open(config, IceAgent::new, true);
    }
}
