package dev.culvert.natlab;

import dev.culvert.natlab.LabPeer.Connected;
import dev.culvert.transport.Tier;
import org.jspecify.annotations.Nullable;

/**
 * How one try to connect two peers ended.
 *
 * @param a how the controlling end saw it; null if it failed
 * @param b how the controlled end saw it; null if it failed
 * @param reason why it failed; empty if it did not
 */
public record Attempt(@Nullable Connected a, @Nullable Connected b, String reason) {
    static Attempt connected(Connected a, Connected b) {
        return new Attempt(a, b, "");
    }

    static Attempt failed(String reason) {
        return new Attempt(null, null, reason.isEmpty() ? "no reason told" : reason);
    }

    /** Whether both ends were connected and data got through both ways. */
    public boolean succeeded() {
        return reason.isEmpty();
    }

    /** The less direct of what the two ends think. */
    public Tier tier() {
        Connected atA = end(a);
        Connected atB = end(b);
        return atA.tier().compareTo(atB.tier()) >= 0 ? atA.tier() : atB.tier();
    }

    /** Candidates' types, the controlling end's first: {@code srflx>host}. */
    public String types() {
        return end(a).localType() + ">" + end(a).remoteType();
    }

    /** Milliseconds at the controlling end. */
    double millisAtA() {
        return end(a).time().toNanos() / 1e6;
    }

    /** Milliseconds at the controlled end. */
    double millisAtB() {
        return end(b).time().toNanos() / 1e6;
    }

    private Connected end(@Nullable Connected end) {
        if (end == null) {
            throw new IllegalStateException("The try failed: " + reason);
        }
        return end;
    }
}
