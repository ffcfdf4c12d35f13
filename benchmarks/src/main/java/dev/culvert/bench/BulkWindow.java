package dev.culvert.bench;

/**
 * Keeps a sender from having more on their way than the receiver's buffer holds: what the kernel would drop costs both sides
 * time and is nobody's throughput. What does not come for long is taken for lost. One thread.
 */
final class BulkWindow {
    private static final int SPINS = 50;
    private static final long LOST_NANOS = 100_000_000;

    private final BulkPage page;
    private final long window;
    private long sent;
    private long lost;

    /** @param window datagrams */
    BulkWindow(BulkPage page, long window) {
        this.page = page;
        this.window = window;
    }

    /** So many have been sent. */
    void onSent(int datagrams) {
        sent += datagrams;
        page.sent(sent);
    }

    /** Waits until there is room for so many. */
    void await(int datagrams) {
        long wanted = sent - lost + datagrams - window;
        long seen = page.received();
        if (seen >= wanted) {
            return;
        }
        long since = System.nanoTime();
        for (int pauses = 0; seen < wanted; pauses++) {
            if (pauses > SPINS) {
                yieldOnce();
                if (System.nanoTime() - since > LOST_NANOS) {
                    lost = sent - seen;
                    return;
                }
            } else {
                Thread.onSpinWait();
            }
            seen = page.received();
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // only to give the processor away
    private static void yieldOnce() {
        Thread.yield();
    }
}
