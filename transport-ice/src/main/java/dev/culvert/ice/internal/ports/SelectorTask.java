package dev.culvert.ice.internal.ports;

import java.nio.channels.SelectionKey;

/** What is attached to a key of the ports thread's selector. */
interface SelectorTask {
    /** Its channel can do something that it waits for. */
    void onReady(SelectionKey key, long nowNanos);
}
