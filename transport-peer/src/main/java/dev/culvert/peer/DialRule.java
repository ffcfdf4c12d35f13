package dev.culvert.peer;

import java.time.Duration;

/**
 * Whether a peer is worth another attempt at a connection: not at once after one that failed, nor without end when each ends
 * at once. A function of what happened and when; event loop only.
 */
final class DialRule {
    /** After a failed attempt messages go straight to the queue for so long, instead of waiting for another. */
    private static final Duration PAUSE = Duration.ofSeconds(10);

    /**
     * In a row, connections that end soon and deliver nothing and attempts that the peer gives up, after which the peer is taken
     * for one that takes nothing. One alone may be a path that died under its first messages.
     */
    private static final int MOST_FRUITLESS = 2;

    private boolean pausing;
    private long pauseEndNanos;
    private long upSinceNanos;
    private boolean bore;
    private int fruitless;

    /** Whether an attempt may be begun for a message. */
    boolean isAllowed(long nowNanos) {
        return !pausing || nowNanos - pauseEndNanos >= 0;
    }

    /** A connection is up. */
    void onUp(long nowNanos) {
        pausing = false;
        upSinceNanos = nowNanos;
        bore = false;
    }

    /** The connection has delivered something. */
    void onDelivered() {
        bore = true;
    }

    /** The connection has ended; it counts as fruitless only if {@link #isWorthAnother} is asked. */
    void onDown(long nowNanos) {
        bore |= nowNanos - upSinceNanos >= PAUSE.toNanos();
        if (bore) {
            fruitless = 0;
        }
    }

    /** The peer gave an attempt up. */
    void onGivenUp() {
        bore = false;
    }

    /**
     * Asked after an end when something waits for another connection. A peer that connects and can take nothing would have us
     * connect again at once, for ever.
     */
    boolean isWorthAnother() {
        return bore || ++fruitless < MOST_FRUITLESS;
    }

    /** Nothing is tried any more for now. */
    void pause(long nowNanos) {
        pausing = true;
        fruitless = 0;
        pauseEndNanos = nowNanos + PAUSE.toNanos();
    }
}
