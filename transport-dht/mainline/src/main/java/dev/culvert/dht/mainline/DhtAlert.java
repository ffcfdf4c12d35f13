package dev.culvert.dht.mainline;

import dev.culvert.dht.Slot;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** What the native session reports, copied out of native memory. Immutable; arrays belong to the receiver. */
// Array components: alerts are handed over once and never compared.
@SuppressWarnings("ArrayRecordComponent")
sealed interface DhtAlert {
    /**
     * A get heard something, or ended.
     *
     * @param value null when nothing, or nothing that is a value of ours, was found
     * @param last whether this ends one native get
     */
    record Item(Slot slot, long sequence, byte @Nullable [] value, boolean last) implements DhtAlert {}

    /** A put ended: so many nodes took the item with this number and signature. */
    record Stored(Slot slot, long sequence, byte[] signature, int nodes) implements DhtAlert {}

    /** How many nodes the routing tables hold. */
    record NodeCount(long nodes) implements DhtAlert {}

    /** A UDP socket is open. */
    record Listening(InetSocketAddress address) implements DhtAlert {}

    /** A socket could not be opened, or a bootstrap name not be resolved. */
    record Trouble(String message) implements DhtAlert {}

    /** The session had more to say than its queue holds; some alerts are gone. */
    record Overflow() implements DhtAlert {}

    /** An item that is not a byte string, or one over the network's limit, came in and was dropped. */
    record Foreign(Slot slot, boolean last) implements DhtAlert {}
}
