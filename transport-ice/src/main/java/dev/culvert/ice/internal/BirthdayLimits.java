package dev.culvert.ice.internal;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * How often ports may be guessed: one run at a time, one for each address in ten minutes, some in an hour. So nobody's
 * router is filled with mappings, and a contact that names a stranger's address does little harm to him. Pure logic in the
 * caller's time, nanoseconds of any origin; not thread-safe.
 */
public final class BirthdayLimits {
    static final Duration SAME_PEER = Duration.ofMinutes(10);
    static final Duration WINDOW = Duration.ofHours(1);
    static final int MOST_IN_WINDOW = 20;

    private record Run(InetAddress peer, long beganNanos) {}

    private final Deque<Run> runs = new ArrayDeque<>();
    private final Map<InetAddress, Long> lastByPeer = new HashMap<>();
    private boolean running;

    /** Whether a run may begin; if so it has, and {@link #end} must follow. */
    public boolean tryBegin(InetAddress peer, long nowNanos) {
        while (!runs.isEmpty() && nowNanos - runs.getFirst().beganNanos() >= WINDOW.toNanos()) {
            Run old = runs.removeFirst();
            lastByPeer.remove(old.peer(), old.beganNanos());
        }
        Long last = lastByPeer.get(peer);
        boolean tooSoon = last != null && nowNanos - last < SAME_PEER.toNanos();
        if (running || tooSoon || runs.size() >= MOST_IN_WINDOW) {
            return false;
        }
        running = true;
        runs.addLast(new Run(peer, nowNanos));
        lastByPeer.put(peer, nowNanos);
        return true;
    }

    /** The run is over. */
    public void end() {
        running = false;
    }
}
