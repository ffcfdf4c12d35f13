package dev.culvert.dht;

import dev.culvert.transport.PeerId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Which messages may be put at the same time. A large one is hundreds of records on its way out: were all put at once,
 * the oldest, which the receiver needs first, would be whole with the last, and nothing else would get a turn meanwhile.
 * What has no room waits here, each receiver's oldest first, and the receivers take turns. For one thread.
 */
final class PutRoom {
    static final int MOST_PUTS = 32;

    /** Two messages of the largest kind. */
    static final int MOST_BYTES = 512 << 10;

    /** So little goes beside large ones: it is a few records, perhaps for another receiver. */
    static final int SMALL = 2 << 10;

    private final Map<PeerId, NavigableMap<Long, Integer>> waiting = new LinkedHashMap<>(); // bytes by ordinal
    private int puts;
    private long bytes;

    /** Whether a message of so many bytes may be put now; if not, it waits its turn. */
    boolean admits(QueueTask.Put put, int length) {
        if (hasRoomFor(length)) {
            return true;
        }
        waiting.computeIfAbsent(put.peer(), peer -> new TreeMap<>()).put(put.ordinal(), length);
        return false;
    }

    private boolean hasRoomFor(int length) {
        return puts < MOST_PUTS && (puts == 0 || length <= SMALL || bytes + length <= MOST_BYTES);
    }

    void begun(int length) {
        puts++;
        bytes += length;
    }

    /** A put is over; those that have room now are told to try again. */
    void ended(int length, Consumer<QueueTask.Put> again) {
        puts--;
        bytes -= length;
        callNext(again);
    }

    /** Tells those that have room now to try again; needed when one that was told has turned out to be needless. */
    void callNext(Consumer<QueueTask.Put> again) {
        int freePuts = MOST_PUTS - puts;
        long freeBytes = MOST_BYTES - bytes;
        while (freePuts > 0 && !waiting.isEmpty()) {
            Iterator<Map.Entry<PeerId, NavigableMap<Long, Integer>>> first =
                    waiting.entrySet().iterator();
            Map.Entry<PeerId, NavigableMap<Long, Integer>> next = first.next();
            PeerId peer = next.getKey();
            NavigableMap<Long, Integer> messages = next.getValue();
            int wanted = messages.firstEntry().getValue();
            boolean alone = freePuts == MOST_PUTS;
            if (wanted > freeBytes && wanted > SMALL && !alone) {
                return;
            }
            freePuts--;
            freeBytes -= wanted;
            first.remove();
            long ordinal = messages.pollFirstEntry().getKey();
            if (!messages.isEmpty()) {
                waiting.put(peer, messages); // behind the other receivers
            }
            again.accept(new QueueTask.Put(peer, ordinal));
        }
    }
}
