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
    private Place() {}

    static Number640 of(Slot slot) {
        byte[] key = slot.key();
        return new Number640(
                number(key, 0),
                number(key, Number160.BYTE_ARRAY_SIZE),
                number(Sha3.sha3_512(slot.writer(), key), 0),
                Number160.ZERO);
    }

    private static Number160 number(byte[] bytes, int from) {
        return new Number160(Arrays.copyOfRange(bytes, from, from + Number160.BYTE_ARRAY_SIZE));
    }
}
