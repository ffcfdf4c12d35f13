package dev.culvert.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which datagrams {@code culvert ice} sends, and whether the exchange is over and went well. No I/O and no clock: times
 * are nanoseconds of one clock, passed in. One thread.
 */
final class DatagramExchange {
    private final Deque<String> unsent = new ArrayDeque<>();
    private final Set<String> own = new HashSet<>();
    private final Set<String> returned = new HashSet<>();
    private final boolean echo;
    private final int expected;
    private final Duration idle;
    private int sent;
    private int received;
    private long lastActivity;

    /**
     * An exchange.
     *
     * @param text what to send; null for nothing
     * @param count how often
     * @param numbered whether each gets its number, from 1 on
     * @param echo whether what the far end sends goes back
     * @param expected not over before so many of the far end's own have come
     * @param idle over when then nothing has come for so long
     */
    DatagramExchange(@Nullable String text, int count, boolean numbered, boolean echo, int expected, Duration idle) {
        for (int i = 1; text != null && i <= count; i++) {
            unsent.add(numbered ? text + " " + i : text);
        }
        own.addAll(unsent);
        this.echo = echo;
        this.expected = expected;
        this.idle = idle;
    }

    boolean echoes() {
        return echo;
    }

    /** Whether anything is to be exchanged at all; if not, the exchange is never over by itself. */
    boolean isWanted() {
        return echo || !own.isEmpty();
    }

    /** The next of our own to send; the same until {@link #onSent}. */
    Optional<byte[]> next() {
        return Optional.ofNullable(unsent.peek()).map(text -> text.getBytes(UTF_8));
    }

    /** The path is there. */
    void begin(long now) {
        lastActivity = now;
    }

    /** The next of our own has left. */
    void onSent(long now) {
        unsent.poll();
        onTypedSent(now);
    }

    /** Something has left that a person typed. */
    void onTypedSent(long now) {
        sent++;
        lastActivity = now;
    }

    /** Takes what came in, and returns whether it is to go back. One of ours that came back does not: it would circle. */
    boolean onReceived(byte[] payload, long now) {
        lastActivity = now;
        String text = new String(payload, UTF_8);
        if (own.contains(text)) {
            returned.add(text);
            return false;
        }
        received++;
        return echo;
    }

    /** Whether all that is expected has come, and then nothing for a while. */
    boolean isOver(long now) {
        boolean through = own.isEmpty() ? received > 0 : returned.size() == own.size();
        return isWanted() && through && received >= expected && isQuiet(now);
    }

    /** Whether nothing has come or left for the idle time. */
    boolean isQuiet(long now) {
        return now - lastActivity >= idle.toNanos();
    }

    /**
     * Whether data went both ways. A far end that sends nothing back may yet send something of its own; one that sends
     * some back has lost the others.
     */
    boolean wentWell() {
        boolean answered = returned.isEmpty() ? received > 0 : returned.size() == own.size();
        return unsent.isEmpty() && answered && received >= expected && (sent > 0 || echo);
    }

    /** Whether data went both ways, whatever was wanted. */
    boolean hasBothWays() {
        return sent > 0 && received + returned.size() > 0;
    }

    @Override
    public String toString() {
        return "sent " + sent + ", of these came back " + returned.size() + ", received " + received;
    }
}
