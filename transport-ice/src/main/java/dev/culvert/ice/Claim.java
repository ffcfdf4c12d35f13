package dev.culvert.ice;

import java.time.Duration;

/**
 * One context's claim to the data of a remote address. A request is enough to make it, for the peer sends as soon as its
 * request is answered; but a request says only who made it, not where it came from. So the claim stands for good once the
 * address has answered a check of ours, which nobody can who does not receive there.
 */
final class Claim {
    /** An address that lets the peer's request through has answered ours within this time, or never will. */
    static final Duration UNCONFIRMED = Duration.ofSeconds(3);

    private final IceContext context;
    private final long sinceNanos;
    private volatile boolean confirmed;

    Claim(IceContext context, boolean confirmed, long nowNanos) {
        this.context = context;
        this.confirmed = confirmed;
        sinceNanos = nowNanos;
    }

    IceContext context() {
        return context;
    }

    void confirm() {
        if (!confirmed) {
            confirmed = true;
        }
    }

    /**
     * Whether another context whose check the address answers may have it: nobody answered this one in time, or its peer
     * has fallen silent and may be the other's, restarted.
     */
    boolean yields(long nowNanos) {
        return context.isSilent() || (!confirmed && nowNanos - sinceNanos >= UNCONFIRMED.toNanos());
    }
}
