package dev.culvert.peer.internal.session;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The receiving direction of a session: puts messages in the order of their streams, hands them over, and says how many
 * are safe with us. Bounded: of what was handed over and is needed still, and of what waits for a message before it, there
 * are {@value ReceiveRoom#MAX_BYTES} bytes at most, beside the one message that is next. Beyond that nothing is read, QUIC's
 * windows fill, and the sender waits: nothing is dropped. Event loop only; lives as long as its session.
 */
final class IncomingMessages {
    /** What a message takes beyond its bytes, about: without it, empty ones would be kept without bound. */
    static final int MESSAGE_COST = 256;

    /** Takes the messages, whole and in order. */
    @FunctionalInterface
    interface Taker {
        Handover onMessage(IncomingMessage message);
    }

    /** A message that is with the app, with us until it has been confirmed, or both. */
    private static final class Handed {
        boolean safe;
        boolean released;
        boolean left; // it is confirmed, or never will be
    }

    private final Map<Long, IncomingMessage> arriving = new HashMap<>();
    private final NavigableMap<Long, IncomingMessage> paused = new TreeMap<>();
    private final Deque<Handed> handed = new ArrayDeque<>();
    private final Executor loop;
    private final Taker taker;
    private final LongConsumer safe;
    private final Consumer<String> broken;
    private final Consumer<String> failed;
    private final int maxMessageBytes;
    private final ReceiveRoom room;
    private final Runnable onRoom = this::readOnSoon;
    private long next = 1; // stream 0 is the control stream
    private long safeCount;
    private long heldBytes; // of whole and partial messages behind the next one
    private boolean readOnPlanned;
    private boolean over;

    /**
     * @param loop where everything here runs
     * @param room of the peer that the messages come from
     * @param safe told how many messages are safe, each time that grew
     * @param broken told that the other side does not keep to the protocol
     * @param failed told that a message could not be handed over, which is not the other side's fault
     */
    IncomingMessages(
            Executor loop,
            int maxMessageBytes,
            ReceiveRoom room,
            Taker taker,
            LongConsumer safe,
            Consumer<String> broken,
            Consumer<String> failed) {
        this.loop = loop;
        this.maxMessageBytes = maxMessageBytes;
        this.taker = taker;
        this.safe = safe;
        this.broken = broken;
        this.failed = failed;
        this.room = room;
        room.join(onRoom);
    }

    int maxMessageBytes() {
        return maxMessageBytes;
    }

    void opened(IncomingMessage message) {
        if (over || message.number() < next || arriving.putIfAbsent(message.number(), message) != null) {
            return; // a stream is opened once; it can not be in anybody's way again
        }
        message.readIf(mayRead(message));
    }

    /** Whether there is room for more of this message, which is not whole; if not it is read on when there is. */
    boolean mayRead(IncomingMessage message) {
        if (room.hasRoomBeside(message.number() == next ? 0 : heldBytes)) {
            return true;
        }
        paused.put(message.number(), message);
        return false;
    }

    /** So much more of a message is there. */
    void onBytes(IncomingMessage message, int bytes) {
        if (message.number() != next) {
            heldBytes += bytes;
        }
    }

    /** All of a message is there. */
    void onWhole(IncomingMessage whole) {
        if (whole.number() != next) {
            heldBytes += MESSAGE_COST;
            return;
        }
        IncomingMessage message = whole;
        while (!over && message != null && message.isWhole()) {
            arriving.remove(next);
            next++;
            hand(message);
            message = arriving.get(next);
            if (message != null) {
                heldBytes -= message.held() + (message.isWhole() ? MESSAGE_COST : 0);
            }
        }
        readOnSoon();
    }

    /**
     * Netty goes through a list of streams that can be read, and is in the midst of it: one that is read to its end here and
     * comes later in the list is taken for a new one there, and kept for ever.
     */
    private void readOnSoon() {
        if (!readOnPlanned && !paused.isEmpty()) {
            readOnPlanned = true;
            loop.execute(this::readOn);
        }
    }

    private void hand(IncomingMessage message) {
        Handed entry = new Handed();
        handed.add(entry);
        int bytes = message.held();
        room.take(MESSAGE_COST + bytes);
        Handover handover = taker.onMessage(message);
        onLoop(handover.released(), failure -> onReleased(entry, bytes));
        onLoop(handover.safe(), failure -> onSafe(entry, failure));
    }

    private void onLoop(CompletionStage<Void> stage, Consumer<@Nullable Throwable> then) {
        var unused = stage.whenComplete((done, failure) -> loop.execute(() -> then.accept(failure)));
    }

    private void onReleased(Handed entry, int bytes) {
        entry.released = true;
        room.giveBack(entry.left ? MESSAGE_COST + bytes : bytes);
    }

    /** What has room again: one that is safe may be with a slow app for long, and is something there even if it is empty. */
    private static long leave(Handed entry) {
        entry.left = true;
        return entry.released ? MESSAGE_COST : 0;
    }

    private void onSafe(Handed entry, @Nullable Throwable failure) {
        if (over) {
            return;
        }
        if (failure != null) {
            // It can not count as safe, and neither can what came after it: all of it stays with the sender.
            failed.accept("a message could not be handed over: " + failure);
            return;
        }
        entry.safe = true;
        int count = 0;
        long cost = 0;
        while (!handed.isEmpty() && handed.element().safe) {
            cost += leave(handed.remove());
            count++;
        }
        if (count > 0) {
            safeCount += count;
            safe.accept(safeCount);
            room.giveBack(cost);
        }
    }

    /** There may be room again: for the oldest first. */
    private void readOn() {
        readOnPlanned = false;
        Map.Entry<Long, IncomingMessage> oldest = paused.pollFirstEntry();
        while (oldest != null && mayRead(oldest.getValue())) {
            oldest.getValue().readIf(true);
            oldest = paused.pollFirstEntry();
        }
    }

    /** Bytes that wait here for a message before them, or were handed over and are needed still; for tests. */
    long held() {
        return room.taken() + heldBytes;
    }

    void onBroken(String what) {
        if (!over) {
            broken.accept(what);
        }
    }

    /** Nothing is handed over or confirmed any more. */
    void end() {
        if (over) {
            return;
        }
        over = true;
        arriving.clear();
        paused.clear();
        room.leave(onRoom);
        long cost = handed.stream().mapToLong(IncomingMessages::leave).sum();
        handed.clear();
        room.giveBack(cost); // those that are not handled yet are the app's still
    }
}
