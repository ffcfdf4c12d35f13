package dev.culvert.dht.memory;

import dev.culvert.dht.Slot;
import java.time.Instant;

/**
 * What a storing node holds, and so all that its owner can see.
 *
 * @param slot key and writer
 * @param sequence as the writer numbered it
 * @param value the bytes put there
 * @param expiry when the node forgets it
 */
public record StoredValue(Slot slot, long sequence, byte[] value, Instant expiry) {
    @Override
    public String toString() {
        return "StoredValue[" + slot + ", sequence " + sequence + ", " + value.length + " bytes, until " + expiry + "]";
    }
}
