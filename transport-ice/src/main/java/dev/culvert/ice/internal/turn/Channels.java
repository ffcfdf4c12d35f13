package dev.culvert.ice.internal.turn;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The channels of one allocation (RFC 8656 section 12): which number stands for which peer, and when each is due to be
 * bound again. Pure logic in the caller's time; not thread-safe.
 */
final class Channels {
    /** A peer's channel; bound once the server has confirmed it. */
    private static final class Channel {
        final int number;
        long renewNanos;
        boolean bound;

        Channel(int number, long renewNanos) {
            this.number = number;
            this.renewNanos = renewNanos;
        }
    }

    private final Map<InetSocketAddress, Channel> channels = new HashMap<>();
    private int next = TurnMessages.FIRST_CHANNEL;

    /** Sets a number aside for a peer; false if it has one, or none is left. */
    boolean add(InetSocketAddress peer, long renewNanos) {
        if (channels.containsKey(peer) || next > TurnMessages.LAST_CHANNEL) {
            return false;
        }
        channels.put(peer, new Channel(next++, renewNanos));
        return true;
    }

    /** The number that was set aside for the peer, bound or not; -1 if there is none. */
    int numberOf(InetSocketAddress peer) {
        Channel channel = channels.get(peer);
        return channel == null ? -1 : channel.number;
    }

    /** The number, if the server has confirmed it; else -1. */
    int boundNumberOf(InetSocketAddress peer) {
        Channel channel = channels.get(peer);
        return channel == null || !channel.bound ? -1 : channel.number;
    }

    /** Whose channel this is, bound or not. */
    @Nullable
    InetSocketAddress peerOf(int number) {
        for (Map.Entry<InetSocketAddress, Channel> entry : channels.entrySet()) {
            if (entry.getValue().number == number) {
                return entry.getKey();
            }
        }
        return null;
    }

    /** The server has confirmed or refused the peer's channel. */
    void bound(@Nullable InetSocketAddress peer, boolean isBound) {
        Channel channel = channels.get(peer);
        if (channel != null) {
            channel.bound = isBound;
        }
    }

    /** The peer's channel is due then. */
    void renewAt(@Nullable InetSocketAddress peer, long nanos) {
        Channel channel = channels.get(peer);
        if (channel != null) {
            channel.renewNanos = nanos;
        }
    }

    /** Whose channels are due. */
    List<InetSocketAddress> due(long nowNanos) {
        return channels.entrySet().stream()
                .filter(entry -> entry.getValue().renewNanos - nowNanos <= 0)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** When the first is due; empty if there are none. */
    Optional<Long> nextNanos() {
        return channels.values().stream()
                .map(channel -> channel.renewNanos)
                .min((one, other) -> Long.signum(one - other));
    }
}
