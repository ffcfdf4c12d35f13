package dev.culvert.dht;

import dev.culvert.identity.Sha3;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Tells new values from known ones by their digests, the last {@value #REMEMBERED} of them. For one thread. */
final class SeenValues {
    /** A slot holds one value, or a few. */
    private static final int REMEMBERED = 256;

    private final Set<ByteBuffer> seen = Collections.newSetFromMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });

    /** Notes a value; false when it is known. */
    boolean add(byte[] value) {
        return seen.add(ByteBuffer.wrap(Sha3.sha3_512(value)));
    }
}
