package dev.culvert.dht.opendht;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.function.Predicate;

/**
 * Cuts a stream into lines. A line longer than the limit is skipped up to its end, and never held. Used by one thread
 * at a time.
 */
final class LineSplitter {
    private final int limit;
    private final Runnable skipped;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean skipping;

    /**
     * Nothing read so far.
     *
     * @param limit bytes of the longest line
     * @param skipped told of each longer one
     */
    LineSplitter(int limit, Runnable skipped) {
        this.limit = limit;
        this.skipped = skipped;
    }

    /**
     * Reads on.
     *
     * @param bytes all of them are read, unless the lines' taker has enough
     * @param lines gets each line without its end; false when it wants no more
     * @return false when {@code lines} wants no more
     */
    boolean read(ByteBuffer bytes, Predicate<byte[]> lines) {
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            if (next == '\n') {
                if (!end(lines)) {
                    return false;
                }
            } else if (!skipping) {
                if (line.size() < limit) {
                    line.write(next);
                } else {
                    skipping = true;
                    line.reset();
                    skipped.run();
                }
            }
        }
        return true;
    }

    /** The stream has ended: what is there is the last line. */
    boolean end(Predicate<byte[]> lines) {
        skipping = false;
        byte[] whole = line.toByteArray();
        line.reset();
        return whole.length == 0 || lines.test(whole);
    }
}
