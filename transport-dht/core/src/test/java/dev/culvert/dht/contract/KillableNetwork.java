package dev.culvert.dht.contract;

import dev.culvert.dht.Dht;

/** A network of its own, whose nodes a test may kill. */
public interface KillableNetwork extends AutoCloseable {
    /** An engine at a node, or the node itself; the same one for each number. */
    Dht engine(int node);

    /** Ends a node at once, without a farewell. */
    void kill(int node) throws Exception;
}
