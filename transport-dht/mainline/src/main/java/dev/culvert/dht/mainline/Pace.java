package dev.culvert.dht.mainline;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Spreads requests out: each makes some 16 packets come back to one socket at once, and a burst of requests would
 * overflow its buffer; a lost packet costs 15 s. Only so many requests may be young at once, where one that is over, or
 * that by now only waits for silent nodes, is not young. Not thread-safe, reads no clock.
 */
final class Pace {
    private final int limit;
    private final long youngNanos;
    private final Deque<Request> young = new ArrayDeque<>();
    private final Deque<Request> waiting = new ArrayDeque<>();

    /** One get or put, and where it stands. */
    abstract static class Request {
        private boolean over;
        private long startedAt;

        /** Nothing more is expected of it; when it was not started, it will not be. */
        final void end() {
            over = true;
        }

        final boolean isOver() {
            return over;
        }
    }

    /**
     * @param limit how many requests may be young at once
     * @param youngNanos how long a request is young that is not over before
     */
    Pace(int limit, long youngNanos) {
        this.limit = limit;
        this.youngNanos = youngNanos;
    }

    void add(Request request) {
        waiting.add(request);
    }

    /** The next request to be started now, if there is one. */
    @Nullable
    Request next(long now) {
        young.removeIf(request -> request.over || now - request.startedAt >= youngNanos);
        while (young.size() < limit && !waiting.isEmpty()) {
            Request request = waiting.remove();
            if (!request.over) {
                request.startedAt = now;
                young.add(request);
                return request;
            }
        }
        return null;
    }

    /** Forgets all. */
    void clear() {
        young.clear();
        waiting.clear();
    }
}
