package dev.culvert.dht.mainline;

import org.libtorrent4j.swig.byte_array_32;
import org.libtorrent4j.swig.byte_array_64;
import org.libtorrent4j.swig.byte_vector;

/** Copies between Java arrays and native ones. Stateless. The caller deletes every native object that is returned. */
final class NativeBytes {
    private NativeBytes() {}

    static byte_vector vector(byte[] bytes) {
        return new byte_vector(bytes);
    }

    static byte_array_32 array32(byte[] bytes) {
        byte_array_32 array = new byte_array_32();
        for (int i = 0; i < 32; i++) {
            array.set(i, bytes[i]);
        }
        return array;
    }

    static byte_array_64 array64(byte[] bytes) {
        byte_array_64 array = new byte_array_64();
        for (int i = 0; i < 64; i++) {
            array.set(i, bytes[i]);
        }
        return array;
    }

    /** The bytes of {@code source}, which is deleted. */
    static byte[] take(byte_array_32 source) {
        try {
            byte[] bytes = new byte[32];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = source.get(i);
            }
            return bytes;
        } finally {
            source.delete();
        }
    }

    /** The bytes of {@code source}, which is deleted. */
    static byte[] take(byte_array_64 source) {
        try {
            byte[] bytes = new byte[64];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = source.get(i);
            }
            return bytes;
        } finally {
            source.delete();
        }
    }

    /**
     * The bytes of {@code source}, which is deleted.
     *
     * @param limit most bytes that are copied; with more, the result is one byte longer than the limit, so that the
     *     caller sees it
     */
    static byte[] take(byte_vector source, int limit) {
        try {
            byte[] bytes = new byte[Math.min(source.size(), limit + 1)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = source.get(i);
            }
            return bytes;
        } finally {
            source.delete();
        }
    }
}
