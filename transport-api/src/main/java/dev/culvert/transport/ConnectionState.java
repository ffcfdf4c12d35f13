package dev.culvert.transport;

import java.util.EnumSet;
import java.util.Set;

/**
 * The life of one path to a peer. {@link #canBecome} is the whole table of legal steps; {@link #FAILED} leads only to
 * {@link #CLOSED}, and every state may be closed.
 */
public enum ConnectionState {
    /** Made, nothing sent. */
    NEW,
    /** Looking for local candidates. */
    GATHERING,
    /** The local description is complete; the remote one is awaited. */
    GATHERED,
    /** Connectivity checks are running. */
    CONNECTING,
    /** A pair is selected and the peer consents to receive. */
    CONNECTED,
    /** The selected pair stopped answering; it may come back. */
    DISCONNECTED,
    /** Given up: no pair worked, or consent expired (RFC 7675). */
    FAILED,
    /** Closed by this side. */
    CLOSED;

    private Set<ConnectionState> next() {
        return switch (this) {
            case NEW -> EnumSet.of(GATHERING, FAILED, CLOSED);
            case GATHERING -> EnumSet.of(GATHERED, FAILED, CLOSED);
            case GATHERED -> EnumSet.of(CONNECTING, FAILED, CLOSED);
            case CONNECTING -> EnumSet.of(CONNECTED, FAILED, CLOSED);
            case CONNECTED -> EnumSet.of(DISCONNECTED, FAILED, CLOSED);
            case DISCONNECTED -> EnumSet.of(CONNECTED, FAILED, CLOSED);
            case FAILED -> EnumSet.of(CLOSED);
            case CLOSED -> EnumSet.noneOf(ConnectionState.class);
        };
    }

    /** Whether the step from this state to {@code target} is legal. A state never becomes itself. */
    public boolean canBecome(ConnectionState target) {
        return next().contains(target);
    }

    /** Whether nothing more can arrive: {@link #FAILED} or {@link #CLOSED}. */
    public boolean isOver() {
        return this == FAILED || this == CLOSED;
    }
}
