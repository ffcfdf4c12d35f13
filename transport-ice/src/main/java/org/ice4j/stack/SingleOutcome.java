package org.ice4j.stack;

import java.util.concurrent.atomic.AtomicBoolean;
import org.ice4j.ResponseCollector;
import org.ice4j.StunResponseEvent;
import org.ice4j.StunTimeoutEvent;

/**
 * Passes on how one request ended, and nothing after it. ice4j's repetition of a request can miss its cancel, run out,
 * and then report a time-out for a request that was answered, which would fail a pair that works.
 */
final class SingleOutcome implements ResponseCollector {
    private final ResponseCollector to;
    private final AtomicBoolean ended = new AtomicBoolean();

    SingleOutcome(ResponseCollector to) {
        this.to = to;
    }

    @Override
    public void processResponse(StunResponseEvent event) {
        if (ended.compareAndSet(false, true)) {
            to.processResponse(event);
        }
    }

    @Override
    public void processTimeout(StunTimeoutEvent event) {
        if (ended.compareAndSet(false, true)) {
            to.processTimeout(event);
        }
    }
}
