package dev.culvert.udp;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The open channels of one poller by the index in their handles, so that finding one costs no object. Changed under a lock,
 * read without.
 */
final class ChannelTable {
    private volatile AtomicReferenceArray<@Nullable NativeUdpChannel> channels = new AtomicReferenceArray<>(16);

    private static int index(long handle) {
        return (int) handle; // the generation is in the upper half
    }

    synchronized void put(NativeUdpChannel channel) {
        int index = index(channel.handle());
        AtomicReferenceArray<@Nullable NativeUdpChannel> now = channels;
        if (index >= now.length()) {
            now = new AtomicReferenceArray<>(Math.max(index + 1, 2 * now.length()));
            for (int i = 0; i < channels.length(); i++) {
                now.set(i, channels.get(i));
            }
            channels = now;
        }
        now.set(index, channel);
    }

    /** False if it is out already. */
    synchronized boolean remove(NativeUdpChannel channel) {
        return channels.compareAndSet(index(channel.handle()), channel, null);
    }

    /** The open channel with exactly this handle. */
    @Nullable
    NativeUdpChannel get(long handle) {
        AtomicReferenceArray<@Nullable NativeUdpChannel> now = channels;
        int index = index(handle);
        NativeUdpChannel found = index >= 0 && index < now.length() ? now.get(index) : null;
        return found != null && found.handle() == handle ? found : null;
    }

    /** Whether it is open. */
    boolean holds(NativeUdpChannel channel) {
        return get(channel.handle()) == channel;
    }

    /** All that are open. */
    synchronized List<NativeUdpChannel> all() {
        List<NativeUdpChannel> all = new ArrayList<>();
        for (int i = 0; i < channels.length(); i++) {
            NativeUdpChannel channel = channels.get(i);
            if (channel != null) {
                all.add(channel);
            }
        }
        return all;
    }
}
