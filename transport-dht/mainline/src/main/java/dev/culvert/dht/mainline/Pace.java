package dev.culvert.dht.mainline;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Spreads requests out: each makes some 16 packets come back to one socket at once, and a burst of requests would
 * overflow its buffer; a lost packet costs 15 s. Only so many requests may be young at once, where one that is over, or
 * that by now only waits for silent nodes, is not young. Gets and puts take turns: a large message is put in hundreds of
 * parts, and whoever looks for another must not wait until all of them are out. Not thread-safe, reads no clock.
 */
final class Pace {
    private final int limit;
    private final long youngNanos;
    private final Deque<Request> young = new ArrayDeque<>();
    private final Deque<Request> gets = new ArrayDeque<>();
    private final Deque<Request> puts = new ArrayDeque<>();
    private boolean putsTurn;

    enum Kind {
        GET,
        PUT
    }

    /** One get or put, and where it stands. */
    abstract static class Request {
        private final Kind kind;
        private boolean over;
        private long startedAt;

        Request(Kind kind) {
            this.kind = kind;
        }

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
        (request.kind == Kind.GET ? gets : puts).add(request);
    }

    /** The next request to be started now, if there is one. */
    @Nullable
    Request next(long now) {
        young.removeIf(request -> request.over || now - request.startedAt >= youngNanos);
        while (young.size() < limit) {
            Request request = take();
            if (request == null) {
                return null;
            }
            if (!request.over) {
                request.startedAt = now;
                young.add(request);
                putsTurn = request.kind == Kind.GET;
                return request;
            }
        }
        return null;
    }

    private @Nullable Request take() {
        Deque<Request> first = putsTurn ? puts : gets;
        Deque<Request> second = putsTurn ? gets : puts;
        return first.isEmpty() ? second.poll() : first.poll();
    }

    /** Forgets all. */
    void clear() {
        young.clear();
        gets.clear();
        puts.clear();
    }
}
