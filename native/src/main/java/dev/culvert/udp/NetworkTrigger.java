package dev.culvert.udp;

import java.io.IOException;
import java.time.Duration;

/** Tells a {@link NetworkMonitor} when to look. Owned and closed by the monitor's thread; only {@link #wake} is for others. */
interface NetworkTrigger extends AutoCloseable {
    /**
     * Waits until something may have changed.
     *
     * @param atMost a negative time waits for ever
     * @return whether to look; false after that time or a {@link #wake}, and now and then for no reason
     * @throws IOException if it can tell nothing any more
     */
    boolean await(Duration atMost) throws IOException;

    /** Makes a running or the next {@link #await} return at once. From any thread, after {@link #close} too. */
    void wake();

    /** Frees what it holds. */
    @Override
    void close();
}
