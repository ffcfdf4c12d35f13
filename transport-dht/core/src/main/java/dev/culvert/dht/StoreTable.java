package dev.culvert.dht;

import java.util.Iterator;
import java.util.function.BiConsumer;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.DataType;
import org.jspecify.annotations.Nullable;

/**
 * A sorted table of a {@link StoreFile}, there again after the file had to be opened anew. Store thread only; lives as long
 * as its file.
 *
 * @param <V> the values
 */
final class StoreTable<V> {
    private final String name;
    private final DataType<V> values;
    private MVMap<byte[], V> map;

    StoreTable(String name, DataType<V> values, MVStore store) {
        this.name = name;
        this.values = values;
        this.map = open(store);
    }

    private MVMap<byte[], V> open(MVStore store) {
        return store.openMap(
                name,
                new MVMap.Builder<byte[], V>()
                        .keyType(ByteArrayDataType.INSTANCE)
                        .valueType(values));
    }

    void reopen(MVStore store) {
        map = open(store);
    }

    @Nullable
    V get(byte[] key) {
        return map.get(key);
    }

    boolean containsKey(byte[] key) {
        return map.containsKey(key);
    }

    /** The value before, or null. */
    @Nullable
    V put(byte[] key, V value) {
        return map.put(key, value);
    }

    /** The value that is there already, or null after it was put. */
    @Nullable
    V putIfAbsent(byte[] key, V value) {
        return map.putIfAbsent(key, value);
    }

    /** The value before, or null. */
    @Nullable
    V remove(byte[] key) {
        return map.remove(key);
    }

    /** The keys from this one on, in order. */
    Iterator<byte[]> keysFrom(byte[] key) {
        return map.keyIterator(key);
    }

    void forEach(BiConsumer<byte[], V> visitor) {
        Cursor<byte[], V> cursor = map.cursor(null);
        while (cursor.hasNext()) {
            byte[] key = cursor.next();
            visitor.accept(key, cursor.getValue());
        }
    }
}
