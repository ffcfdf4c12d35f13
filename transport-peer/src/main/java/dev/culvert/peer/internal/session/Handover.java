package dev.culvert.peer.internal.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What becomes of a message that was handed over.
 *
 * @param released completes, in whatever way, when its bytes are not needed in memory any more
 * @param safe completes when it need not come again; fails if it has to
 */
public record Handover(CompletionStage<Void> released, CompletionStage<Void> safe) {
    private static final CompletionStage<Void> DONE = CompletableFuture.completedFuture(null);

    /** One that is done with already. */
    public static Handover done() {
        return new Handover(DONE, DONE);
    }

    /** One that has failed already. */
    public static Handover failed(Throwable cause) {
        return new Handover(DONE, CompletableFuture.failedFuture(cause));
    }
}
