package dev.culvert.dht.tomp2p;

import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import net.tomp2p.dht.StorageMemory;
import net.tomp2p.peers.Number320;
import net.tomp2p.peers.Number480;
import net.tomp2p.peers.Number640;
import net.tomp2p.storage.Data;
import org.jspecify.annotations.Nullable;

/**
 * What a node holds for the network, in memory and within a limit. TomP2P's own storage has none, copies itself for every
 * look at a range, and lets strangers reserve places; of it nothing is used but its name. Any thread.
 */
final class BoundedStorage extends StorageMemory {
    /** What an entry takes beside its bytes, about. */
    private static final int ENTRY_OVERHEAD = 500;

    private static final int EXPIRE_MILLIS = 10_000;

    private final ConcurrentSkipListMap<Number640, Data> entries = new ConcurrentSkipListMap<>();
    private final AtomicLong used = new AtomicLong();
    private final long maxBytes;

    BoundedStorage(long maxBytes) {
        super(EXPIRE_MILLIS);
        this.maxBytes = maxBytes;
    }

    /** Whether there is room for so many bytes in place of what is under this key. */
    boolean hasRoom(Number640 key, int length) {
        Data held = entries.get(key);
        long freed = held == null ? 0 : weight(held.length());
        return used.get() - freed + weight(length) <= maxBytes;
    }

    long usedBytes() {
        return used.get();
    }

    private static long weight(int length) {
        return (long) length + ENTRY_OVERHEAD;
    }

    @Override
    public @Nullable Data put(Number640 key, Data value) {
        used.addAndGet(weight(value.length()));
        return freed(entries.put(key, value));
    }

    @Override
    public @Nullable Data get(Number640 key) {
        return entries.get(key);
    }

    @Override
    public boolean contains(Number640 key) {
        return entries.containsKey(key);
    }

    @Override
    public int contains(Number640 from, Number640 to) {
        return entries.subMap(from, true, to, true).size();
    }

    @Override
    public @Nullable Data remove(Number640 key, boolean returnData) {
        return freed(entries.remove(key));
    }

    @Override
    public NavigableMap<Number640, Data> remove(Number640 from, Number640 to) {
        NavigableMap<Number640, Data> removed = new TreeMap<>();
        for (Number640 key : entries.subMap(from, true, to, true).keySet()) {
            Data data = remove(key, true);
            if (data != null) {
                removed.put(key, data);
            }
        }
        return removed;
    }

    private @Nullable Data freed(@Nullable Data data) {
        if (data != null) {
            used.addAndGet(-weight(data.length()));
        }
        return data;
    }

    @Override
    public NavigableMap<Number640, Data> subMap(Number640 from, Number640 to, int limit, boolean ascending) {
        NavigableMap<Number640, Data> range = entries.subMap(from, true, to, true);
        NavigableMap<Number640, Data> copy = new TreeMap<>();
        for (var entry : (ascending ? range : range.descendingMap()).entrySet()) {
            if (limit >= 0 && copy.size() >= limit) {
                break;
            }
            copy.put(entry.getKey(), entry.getValue());
        }
        return ascending || limit >= 0 ? copy : copy.descendingMap();
    }

    @Override
    public NavigableMap<Number640, Data> map() {
        NavigableMap<Number640, Data> copy = new TreeMap<>();
        entries.forEach(copy::put);
        return copy;
    }

    @Override
    public void addTimeout(Number640 key, long expiration) {
        // Each entry knows its own.
    }

    @Override
    public void removeTimeout(Number640 key) {
        // As above.
    }

    @Override
    public Collection<Number640> subMapTimeout(long to) {
        Collection<Number640> expired = new ArrayList<>();
        entries.forEach((key, data) -> {
            if (data.expirationMillis() < to) {
                expired.add(key);
            }
        });
        return expired;
    }

    @Override
    public boolean protectDomain(Number320 key, PublicKey publicKey) {
        return true;
    }

    @Override
    public boolean isDomainProtectedByOthers(Number320 key, PublicKey publicKey) {
        return false;
    }

    @Override
    public boolean protectEntry(Number480 key, PublicKey publicKey) {
        return true;
    }

    @Override
    public boolean isEntryProtectedByOthers(Number480 key, PublicKey publicKey) {
        return false;
    }

    @Override
    public void close() {
        entries.clear();
        used.set(0);
        super.close();
    }
}
