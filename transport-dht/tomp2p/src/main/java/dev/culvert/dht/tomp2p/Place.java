package dev.culvert.dht.tomp2p;

import dev.culvert.dht.Slot;
import dev.culvert.identity.Sha3;
import java.util.Arrays;
import net.tomp2p.peers.Number160;
import net.tomp2p.peers.Number640;

/**
 * Where TomP2P keeps a slot: its location is the first 20 bytes of the key, its domain the next 20, and the content key
 * is a digest of writer and key, which keeps writers apart. There is one version only.
 */
final class Place {
    /** Bytes of the key that location and domain show; the others travel in the envelope. */
    static final int SHOWN = 2 * Number160.BYTE_ARRAY_SIZE;

    private Place() {}

    static Number640 of(Slot slot) {
        return of(slot.key(), slot.writer());
    }

    static Number640 of(byte[] key, byte[] writer) {
        return new Number640(
                number(key, 0),
                number(key, Number160.BYTE_ARRAY_SIZE),
                number(Sha3.sha3_512(writer, key), 0),
                Number160.ZERO);
    }

    /** The 64-byte key whose first 40 bytes are those of a place. */
    static byte[] key(Number640 place, byte[] hidden) {
        byte[] key = Arrays.copyOf(place.locationKey().toByteArray(), Slot.KEY_LENGTH);
        System.arraycopy(place.domainKey().toByteArray(), 0, key, Number160.BYTE_ARRAY_SIZE, Number160.BYTE_ARRAY_SIZE);
        System.arraycopy(hidden, 0, key, SHOWN, Slot.KEY_LENGTH - SHOWN);
        return key;
    }

    private static Number160 number(byte[] bytes, int from) {
        return new Number160(Arrays.copyOfRange(bytes, from, from + Number160.BYTE_ARRAY_SIZE));
    }
}
