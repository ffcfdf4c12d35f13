package dev.culvert.dht.tomp2p;

import dev.culvert.dht.EventCounters;
import dev.culvert.dht.SignedValue;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import net.tomp2p.dht.StorageLayer;
import net.tomp2p.peers.Number320;
import net.tomp2p.peers.Number640;
import net.tomp2p.storage.Data;
import net.tomp2p.utils.Pair;
import org.jspecify.annotations.Nullable;

/**
 * What a node does with the puts of others: it stores a value that is well signed for its place and newer than what it
 * holds, and refuses all else. Nothing can be removed or renewed from outside but by a newer value. TomP2P calls it on
 * its worker threads.
 */
final class CheckedStorage extends StorageLayer {
    /** More entries than this in one message, of a replication as a rule, are not looked at. */
    private static final int MAX_ENTRIES = 256;

    private final BoundedStorage storage;
    private final EventCounters<TomP2PEvent> events;
    private final long maxSeconds;
    // Comparing with what is held and replacing it is one step.
    private final Object lock = new Object();

    CheckedStorage(BoundedStorage storage, EventCounters<TomP2PEvent> events, Duration maxTtl) {
        super(storage);
        this.storage = storage;
        this.events = events;
        this.maxSeconds = maxTtl.toSeconds();
    }

    @Override
    public Map<Number640, Enum<?>> putAll(
            NavigableMap<Number640, Data> values,
            @Nullable PublicKey publicKey,
            boolean putIfAbsent,
            boolean domainProtection,
            boolean sendSelf) {
        Map<Number640, Enum<?>> results = new HashMap<>();
        int taken = 0;
        for (var entry : values.entrySet()) {
            if (++taken > MAX_ENTRIES) {
                events.count(TomP2PEvent.OVERSIZED);
                break;
            }
            results.put(entry.getKey(), put(entry.getKey(), entry.getValue()));
        }
        return results;
    }

    private PutStatus put(Number640 place, Data data) {
        if (data.length() > TomP2PDht.MAX_SIGNED) {
            events.count(TomP2PEvent.OVERSIZED);
            return PutStatus.FAILED;
        }
        long now = System.currentTimeMillis() / 1000;
        byte[] bytes = data.toBytes();
        Optional<SignedValue> offered = SignedValue.open(
                bytes, slot -> Place.of(slot).equals(place), reason -> events.count(TomP2PEvent.of(reason)));
        if (offered.isEmpty()) {
            return PutStatus.FAILED;
        }
        if (offered.get().expired(now)) {
            events.count(TomP2PEvent.EXPIRED);
            return PutStatus.FAILED;
        }
        synchronized (lock) {
            return put(place, bytes, offered.get(), now);
        }
    }

    private PutStatus put(Number640 place, byte[] bytes, SignedValue offered, long now) {
        Optional<SignedValue> held = held(place, now);
        if (held.isPresent() && !offered.replaces(held.get())) {
            if (offered.saysTheSame(held.get())) {
                return PutStatus.OK_UNCHANGED;
            }
            events.count(TomP2PEvent.OLDER);
            return PutStatus.FAILED_NOT_ABSENT;
        }
        if (!storage.hasRoom(place, bytes.length)) {
            events.count(TomP2PEvent.FULL);
            return PutStatus.FAILED;
        }
        // A copy: what came is a view that would keep whole network buffers alive.
        Data own = new Data(bytes).ttlSeconds((int) Math.min(maxSeconds, offered.expirySeconds() - now));
        Object unused = storage.put(place, own);
        return PutStatus.OK;
    }

    private Optional<SignedValue> held(Number640 place, long now) {
        return Optional.ofNullable(storage.get(place))
                .flatMap(data -> SignedValue.read(data.toBytes()))
                .filter(held -> !held.expired(now));
    }

    @Override
    public Enum<?> updateMeta(Number320 domain, PublicKey publicKey, PublicKey newPublicKey) {
        return forbidden();
    }

    @Override
    public Enum<?> updateMeta(PublicKey publicKey, Number640 key, Data newData) {
        return forbidden();
    }

    @Override
    public Enum<?> putConfirm(PublicKey publicKey, Number640 key, Data newData) {
        return forbidden();
    }

    @Override
    public Pair<Data, Enum<?>> remove(Number640 key, @Nullable PublicKey publicKey, boolean returnData) {
        return new Pair<>(null, forbidden());
    }

    @Override
    public NavigableMap<Number640, Data> removeReturnData(Number640 from, Number640 to, @Nullable PublicKey publicKey) {
        forbidden();
        return new TreeMap<>();
    }

    @Override
    public SortedMap<Number640, Byte> removeReturnStatus(Number640 from, Number640 to, @Nullable PublicKey publicKey) {
        forbidden();
        return Collections.emptySortedMap();
    }

    private PutStatus forbidden() {
        events.count(TomP2PEvent.FORBIDDEN);
        return PutStatus.FAILED_SECURITY;
    }
}
