package dev.culvert.ice.internal.ports;

import java.time.Duration;

/**
 * When a mapping is asked for, renewed, given up and removed. Pure logic in the caller's time (nanoseconds of any
 * origin); the ports thread owns it. What {@link #poll} says is to be done at once.
 *
 * <p>A request is repeated after 100 ms, doubling: a router is one hop away, and RFC 6886's 250 ms (section 3.1) is all
 * the time it has to be noticed. A held mapping is renewed after half its lifetime, then after half of what remains
 * (RFC 6887 section 11.2.1), and lost when it has run out.
 */
final class PortLease {
    /** The recommended lifetime; RFC 6886 section 3.3. */
    static final long WANTED_SECONDS = 3_600;

    static final Duration FIRST_REPETITION = Duration.ofMillis(100);
    static final int MAX_ASKS = 6;
    static final int MAX_RENEWALS = 3;

    /** How long an answer to a deletion is waited for. */
    static final Duration RELEASE_LIMIT = Duration.ofMillis(500);

    /** Closest two renewals; RFC 6887 section 11.2.1. */
    static final Duration MIN_RENEWAL = Duration.ofSeconds(4);

    /** A longer lifetime is not relied on: nobody tells us when the router is replaced. */
    static final long MAX_SECONDS = 86_400;

    /** What is to be done now. */
    enum Action {
        NOTHING,
        /** Ask for the mapping, for the first time or again. */
        ASK,
        /** Ask for its removal. */
        REMOVE,
        /** It has run out; the lease has ended. */
        LOST,
        /** The router never granted it; the lease has ended. */
        GAVE_UP
    }

    private enum State {
        ASKING,
        HELD,
        REMOVING,
        ENDED
    }

    private State state;
    private int sends;
    private long nextNanos;

    /** While held: when the mapping ends. While removing: when waiting ends. */
    private long endNanos;

    private PortLease(State state, long nowNanos) {
        this.state = state;
        nextNanos = nowNanos;
        endNanos = nowNanos;
    }

    /** One that is asked for from now on. */
    static PortLease asking(long nowNanos) {
        return new PortLease(State.ASKING, nowNanos);
    }

    /** One that is asked for no longer and may exist. */
    static PortLease removing(long nowNanos) {
        PortLease lease = new PortLease(State.ASKING, nowNanos);
        lease.release(nowNanos);
        return lease;
    }

    Action poll(long nowNanos) {
        return switch (state) {
            case ASKING -> pollAsking(nowNanos);
            case HELD -> pollHeld(nowNanos);
            case REMOVING -> pollRemoving(nowNanos);
            case ENDED -> Action.NOTHING;
        };
    }

    private Action pollAsking(long nowNanos) {
        if (nowNanos - nextNanos < 0) {
            return Action.NOTHING;
        }
        if (sends == MAX_ASKS) {
            state = State.ENDED;
            return Action.GAVE_UP;
        }
        repeatLater(nowNanos);
        return Action.ASK;
    }

    private Action pollHeld(long nowNanos) {
        if (nowNanos - endNanos >= 0) {
            state = State.ENDED;
            return Action.LOST;
        }
        if (nowNanos - nextNanos < 0) {
            return Action.NOTHING;
        }
        if (sends == MAX_RENEWALS) {
            awaitRenewal(nowNanos);
            return Action.NOTHING;
        }
        repeatLater(nowNanos);
        return Action.ASK;
    }

    private Action pollRemoving(long nowNanos) {
        if (nowNanos - endNanos >= 0) {
            state = State.ENDED;
            return Action.NOTHING;
        }
        if (nowNanos - nextNanos < 0) {
            return Action.NOTHING;
        }
        repeatLater(nowNanos);
        return Action.REMOVE;
    }

    private void repeatLater(long nowNanos) {
        nextNanos = nowNanos + (FIRST_REPETITION.toNanos() << sends);
        sends++;
    }

    /** The next renewal is at half of what remains. */
    private void awaitRenewal(long nowNanos) {
        sends = 0;
        nextNanos = nowNanos + Math.max((endNanos - nowNanos) / 2, MIN_RENEWAL.toNanos());
    }

    /** The router granted or renewed it, for so many seconds from now; 0 is no grant. */
    void onGranted(long lifetimeSeconds, long nowNanos) {
        if (lifetimeSeconds <= 0 || (state != State.ASKING && state != State.HELD)) {
            return;
        }
        state = State.HELD;
        endNanos = nowNanos
                + Duration.ofSeconds(Math.min(lifetimeSeconds, MAX_SECONDS)).toNanos();
        awaitRenewal(nowNanos);
    }

    /** The router said no. What is held stays so until it runs out, and is asked for again before. */
    void onRefused(long nowNanos) {
        if (state == State.ASKING) {
            sends = MAX_ASKS;
            nextNanos = nowNanos;
        } else if (state == State.HELD) {
            awaitRenewal(nowNanos);
        }
    }

    /** The router may have forgotten it: it is asked for at once. */
    void askAgain(long nowNanos) {
        if (state == State.HELD) {
            sends = 0;
            nextNanos = nowNanos;
        }
    }

    /** It is wanted no longer. */
    void release(long nowNanos) {
        if (state == State.ASKING || state == State.HELD) {
            state = State.REMOVING;
            sends = 0;
            nextNanos = nowNanos;
            endNanos = nowNanos + RELEASE_LIMIT.toNanos();
        }
    }

    /** The router removed it, or there was nothing to remove. */
    void onRemoved() {
        if (state == State.REMOVING) {
            state = State.ENDED;
        }
    }

    boolean isHeld() {
        return state == State.HELD;
    }

    boolean isRemoving() {
        return state == State.REMOVING;
    }

    boolean isEnded() {
        return state == State.ENDED;
    }

    /** When {@link #poll} has something to tell; meaningless once it has ended. */
    long nextNanos() {
        boolean endFirst = (state == State.HELD || state == State.REMOVING) && endNanos - nextNanos < 0;
        return endFirst ? endNanos : nextNanos;
    }
}
