package dev.culvert.peer;

import dev.culvert.transport.ConnectFailedException;
import dev.culvert.transport.TransportException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Those who asked for a connection to a peer and wait for it, each for as long as one attempt may take. Event loop only. */
final class WantedConnections {
    private final EventLoop loop;
    private final Duration limit;
    private final List<CompletableFuture<ConnectionInfo>> waiting = new ArrayList<>();

    /** @param limit of each one's wait: a peer that makes one offer after the other replaces attempts without end */
    WantedConnections(EventLoop loop, Duration limit) {
        this.loop = loop;
        this.limit = limit;
    }

    void add(CompletableFuture<ConnectionInfo> result) {
        waiting.add(result);
    }

    /** Behind the attempt's own limit: who asks again when that fails must not join what is ending. */
    void limit(CompletableFuture<ConnectionInfo> result) {
        EventLoop.Timer late = loop.schedule(
                () -> {
                    result.completeExceptionally(
                            new ConnectFailedException("No connection within " + limit.toMillis() + " ms"));
                    waiting.removeIf(CompletableFuture::isDone);
                },
                limit);
        var unused = result.whenComplete((info, failure) -> late.cancel());
    }

    /** Whether nobody waits any longer. */
    boolean isEmpty() {
        return waiting.stream().allMatch(CompletableFuture::isDone);
    }

    void complete(ConnectionInfo info) {
        takeAll().forEach(result -> result.complete(info));
    }

    void fail(TransportException cause) {
        takeAll().forEach(result -> result.completeExceptionally(cause));
    }

    /** Once: who is told may ask again at once. */
    private List<CompletableFuture<ConnectionInfo>> takeAll() {
        List<CompletableFuture<ConnectionInfo>> all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }
}
