package dev.culvert.ice;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What the stress tests share: one endpoint with one context, and messages and addresses nobody else has. */
final class Race {
    static final IceEndpoint ENDPOINT = IceEndpoint.open(IceConfig.builder()
            .localAddresses(List.of(InetAddress.getLoopbackAddress()))
            .build());
    static final IceContext CONTEXT = ENDPOINT.openContext();
    static final InetSocketAddress LOCAL = ENDPOINT.localAddresses().get(0);

    /** What {@link #await} gives when no signal came. */
    static final int LATE = -2;

    /** Longer than a loaded machine keeps an actor from its turn. */
    private static final long PATIENCE_MILLIS = 5_000;

    private static final AtomicInteger ADDRESSES = new AtomicInteger();

    private Race() {}

    static ByteBuffer message(int length) {
        return ByteBuffer.allocate(length);
    }

    /** A remote address of its own for each state under test. */
    static InetSocketAddress newRemote() {
        try {
            byte[] host = ByteBuffer.allocate(4)
                    .putInt(0x0a000000 | (ADDRESSES.incrementAndGet() & 0xffffff))
                    .array();
            return new InetSocketAddress(InetAddress.getByAddress(host), 7);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 bytes are always an address", e);
        }
    }

    /** Takes a message of the queue; {@link #LATE} if it waited until its time was over, whatever it then found. */
    static int await(ReceiveQueue queue) {
        long start = System.nanoTime();
        try {
            int length = queue.recvTimeout(ByteBuffer.allocate(8), PATIENCE_MILLIS);
            return System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS) ? length : LATE;
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nobody interrupts an actor", e);
        }
    }

    /** Passes some time, up to a few microseconds: now shorter, now longer than the other actor needs to begin to wait. */
    static void pause() {
        for (long spins = System.nanoTime() & 0x1ff; spins > 0; spins--) {
            Thread.onSpinWait();
        }
    }

    /** Whether accepted = delivered + dropped + cleared + waiting. */
    static boolean addsUp(ReceiveQueue.Counts counts) {
        return counts.accepted() == counts.delivered() + counts.dropped() + counts.cleared() + counts.waiting();
    }
}
