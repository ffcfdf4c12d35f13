package dev.culvert.ice.internal.ports;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which protocol is used: of those whose answer came within the limit the most preferred, as early as it is sure. Pure
 * logic in the caller's time; the ports thread owns it.
 */
final class PortRace {
    /** A router on the same network answers in a few milliseconds; this leaves room for one lost packet. */
    static final Duration LIMIT = Duration.ofMillis(250);

    private enum Standing {
        ASKED,
        ANSWERED,
        OUT
    }

    private final Map<PortProtocol, Standing> standings = new EnumMap<>(PortProtocol.class);
    private final long endNanos;

    PortRace(Set<PortProtocol> asked, long nowNanos) {
        asked.forEach(protocol -> standings.put(protocol, Standing.ASKED));
        endNanos = nowNanos + LIMIT.toNanos();
    }

    /** The router speaks it. Too late, it changes nothing. Returns whether it was in time. */
    boolean onAnswer(PortProtocol protocol, long nowNanos) {
        return nowNanos - endNanos < 0 && standings.replace(protocol, Standing.ASKED, Standing.ANSWERED);
    }

    /** The router does not speak it, or refused what it was asked for. */
    void onOut(PortProtocol protocol) {
        standings.replace(protocol, Standing.OUT);
    }

    boolean isAsked(PortProtocol protocol) {
        return standings.get(protocol) == Standing.ASKED;
    }

    /** Empty while a more preferred one may still answer, and when there is none at all. */
    Optional<PortProtocol> winner(long nowNanos) {
        for (Map.Entry<PortProtocol, Standing> entry : standings.entrySet()) { // in order of preference
            if (entry.getValue() == Standing.ANSWERED) {
                return Optional.of(entry.getKey());
            }
            if (entry.getValue() == Standing.ASKED && nowNanos - endNanos < 0) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** Whether nobody has answered and nobody will. */
    boolean isLost(long nowNanos) {
        boolean over = nowNanos - endNanos >= 0;
        return standings.values().stream()
                .allMatch(standing -> standing == Standing.OUT || (over && standing == Standing.ASKED));
    }

    long endNanos() {
        return endNanos;
    }
}
