package dev.culvert.dht.mainline;

import dev.culvert.transport.TransportException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Those who wait until the routing table holds enough nodes. Not thread-safe, reads no clock; returned actions complete
 * futures and are run by the caller outside its lock.
 */
final class NodeWaits {
    private final List<Wait> waits = new ArrayList<>();

    private record Wait(int nodes, CompletableFuture<Void> result, long deadline, Supplier<String> onTimeout) {}

    /**
     * @param nodes how many are enough
     * @param deadline when to give up
     * @param onTimeout gives the message then
     */
    void add(int nodes, CompletableFuture<Void> result, long deadline, Supplier<String> onTimeout) {
        waits.add(new Wait(nodes, result, deadline, onTimeout));
    }

    void counted(long nodes, List<Runnable> actions) {
        for (Iterator<Wait> it = waits.iterator(); it.hasNext(); ) {
            Wait wait = it.next();
            if (nodes >= wait.nodes) {
                it.remove();
                actions.add(() -> wait.result.complete(null));
            }
        }
    }

    void expire(long now, List<Runnable> actions) {
        for (Iterator<Wait> it = waits.iterator(); it.hasNext(); ) {
            Wait wait = it.next();
            if (wait.deadline - now <= 0) {
                it.remove();
                actions.add(() -> wait.result.completeExceptionally(new TransportException(wait.onTimeout.get())));
            }
        }
    }

    void failAll(RuntimeException reason, List<Runnable> actions) {
        waits.forEach(wait -> actions.add(() -> wait.result.completeExceptionally(reason)));
        waits.clear();
    }

    boolean isEmpty() {
        return waits.isEmpty();
    }
}
