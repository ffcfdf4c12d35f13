package dev.culvert.dht.opendht;

import dev.culvert.dht.EventCounters;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The body of one answer, read line by line as it comes: the next piece is asked for when the lines of the last one are
 * done, so that a proxy that sends more than we read has to wait. Holds at most one line.
 */
final class LineBody implements HttpResponse.BodySubscriber<LineBody.End> {
    /** The JSON of the largest value has some 87 000 bytes. */
    static final int MAX_LINE = 96 << 10;

    /** How an answer ended. */
    enum End {
        /** It was read to its end. */
        WHOLE,
        /** Who reads it had enough. */
        STOPPED
    }

    private final CompletableFuture<End> end = new CompletableFuture<>();
    private final Predicate<byte[]> lines;
    private final EventCounters<OpenDhtEvent> events;
    private final LineSplitter splitter;
    private long left;
    private volatile boolean cancelled;
    private volatile Flow.@Nullable Subscription subscription;

    /**
     * Nothing read so far.
     *
     * @param maxBytes how much is read
     * @param lines gets each line; false when it wants no more
     * @param events counts what is dropped
     */
    LineBody(long maxBytes, Predicate<byte[]> lines, EventCounters<OpenDhtEvent> events) {
        this.left = maxBytes;
        this.lines = lines;
        this.events = events;
        this.splitter = new LineSplitter(MAX_LINE, () -> events.count(OpenDhtEvent.OVERSIZED));
    }

    @Override
    public CompletionStage<End> getBody() {
        return end;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (cancelled) {
            given.cancel();
        } else {
            given.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> pieces) {
        for (ByteBuffer piece : pieces) {
            if (cancelled) {
                return;
            }
            left -= piece.remaining();
            if (left < 0) {
                events.count(OpenDhtEvent.CUT_SHORT);
                end.completeExceptionally(new IOException("longer than is read of one answer"));
                cancel();
            } else if (!splitter.read(piece, lines)) {
                cancel();
            }
        }
        Flow.Subscription current = subscription;
        if (!cancelled && current != null) {
            current.request(1);
        }
    }

    @Override
    public void onError(Throwable failure) {
        end.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        if (!cancelled) {
            boolean unused = splitter.end(lines);
        }
        end.complete(End.WHOLE);
    }

    /** Reads no more, and closes the connection if the answer has not ended. For any thread. */
    void cancel() {
        cancelled = true;
        end.complete(End.STOPPED);
        Flow.Subscription current = subscription;
        if (current != null) {
            current.cancel();
        }
    }
}
