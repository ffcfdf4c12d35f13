package dev.culvert.peer;

/**
 * Which packet counters have been seen, over a window behind the highest (the way of RFC 4303 section 3.4.3). Logic
 * only; one thread.
 */
final class ReplayWindow {
    /** Reordering across more packets than this is taken for a replay; the sender repeats what was in them. */
    static final int SIZE = 1024;

    private final long[] seen = new long[SIZE / Long.SIZE];
    private long highest = -1;

    /** Whether a counter is new; for a packet that has not been authenticated yet, so nothing is remembered. */
    boolean isNew(long counter) {
        if (counter < 0 || counter <= highest - SIZE) {
            return false;
        }
        return counter > highest || (seen[word(counter)] & bit(counter)) == 0;
    }

    /** Remembers the counter of an authenticated packet for which {@link #isNew} was true. */
    void accept(long counter) {
        if (counter > highest) {
            // Counters between the old highest and the new one come around to bits of packets long past.
            for (long passed = Math.max(highest, counter - SIZE) + 1; passed < counter; passed++) {
                seen[word(passed)] &= ~bit(passed);
            }
            highest = counter;
        }
        seen[word(counter)] |= bit(counter);
    }

    private static int word(long counter) {
        return (int) (counter % SIZE) / Long.SIZE;
    }

    private static long bit(long counter) {
        return 1L << (counter % Long.SIZE);
    }
}
