package dev.culvert.peer;

import dev.culvert.transport.PeerId;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Waits for what a transport tells of its connections, peer by peer. */
final class EndsOfConnections implements ConnectionListener {
    final Queue<ConnectionEnd> all = new ConcurrentLinkedQueue<>();
    private final Map<PeerId, BlockingQueue<ConnectionInfo>> ups = new ConcurrentHashMap<>();
    private final Map<PeerId, BlockingQueue<ConnectionEnd>> ends = new ConcurrentHashMap<>();

    private static <T> BlockingQueue<T> of(Map<PeerId, BlockingQueue<T>> queues, PeerId peer) {
        return queues.computeIfAbsent(peer, key -> new LinkedBlockingQueue<>());
    }

    @Override
    public void onConnected(ConnectionInfo connection) {
        of(ups, connection.peer()).add(connection);
    }

    @Override
    public void onDisconnected(PeerId peer, String cause) {
        // onEnded says more.
    }

    @Override
    public void onEnded(ConnectionEnd end) {
        all.add(end);
        if (end.wasUp()) {
            of(ends, end.peer()).add(end);
        }
    }

    ConnectionInfo awaitUp(PeerId peer) throws InterruptedException {
        return await(of(ups, peer), "came up");
    }

    /** The end of a connection that was up. */
    ConnectionEnd awaitEnd(PeerId peer) throws InterruptedException {
        return await(of(ends, peer), "ended");
    }

    /** The same of this one; what is told of others before is passed over. */
    ConnectionEnd awaitEnd(ConnectionInfo connection) throws InterruptedException {
        ConnectionEnd end = awaitEnd(connection.peer());
        while (end.connection() != connection.id()) {
            end = awaitEnd(connection.peer());
        }
        return end;
    }

    private static <T> T await(BlockingQueue<T> queue, String what) throws InterruptedException {
        T event = queue.poll(30, TimeUnit.SECONDS);
        if (event == null) {
            throw new AssertionError("no connection " + what + " within 30 s");
        }
        return event;
    }
}
