package dev.culvert.peer;

import dev.culvert.transport.EndCause;
import dev.culvert.transport.PeerId;
import java.time.Duration;

/**
 * The end of a connection, or of an attempt at one that never came up: everything it held is free again.
 *
 * <pre>{@code
 * Set<EndCause> causes = ConcurrentHashMap.newKeySet();
 * transport.onConnection(new ConnectionListener() {
 *     @Override
 *     public void onConnected(ConnectionInfo connection) {}
 *
 *     @Override
 *     public void onDisconnected(PeerId who, String cause) {}
 *
 *     @Override
 *     public void onEnded(ConnectionEnd end) {
 *         causes.add(end.cause());
 *     }
 * });
 * }</pre>
 *
 * @param peer the other side
 * @param connection its number, as in {@link ConnectionInfo#id}
 * @param cause who or what ended it
 * @param detail the same for people to read
 * @param wasUp whether the peer had proved itself
 * @param age from its first step on this side
 * @param connected peers that are connected now
 * @param freeSlots peers that could be connected besides those that are, or are on their way
 */
public record ConnectionEnd(
        PeerId peer,
        long connection,
        EndCause cause,
        String detail,
        boolean wasUp,
        Duration age,
        int connected,
        int freeSlots) {}
