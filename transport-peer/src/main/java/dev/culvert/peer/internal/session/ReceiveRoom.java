package dev.culvert.peer.internal.session;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What one peer's messages take up between their arrival and the end of their handling, over all its sessions: one that
 * ends leaves its messages with the app, and a peer that connects again and again must not have room anew each time. Event
 * loop only; lives as long as the peer is known.
 */
public final class ReceiveRoom {
    static final int MAX_BYTES = 4 << 20;

    private final Set<Runnable> users = new LinkedHashSet<>();
    private long taken;

    /** A session is there that wants to hear of room. */
    void join(Runnable onRoom) {
        users.add(onRoom);
    }

    void leave(Runnable onRoom) {
        users.remove(onRoom);
    }

    /** Whether there is room for more, beside so many bytes that the session holds itself. */
    boolean hasRoomBeside(long held) {
        return taken + held <= MAX_BYTES;
    }

    void take(long bytes) {
        taken += bytes;
    }

    void giveBack(long bytes) {
        taken -= bytes;
        List<Runnable> all = new ArrayList<>(users); // one that reads on may end, and leave
        all.forEach(Runnable::run);
    }

    /** Bytes in use. */
    long taken() {
        return taken;
    }
}
