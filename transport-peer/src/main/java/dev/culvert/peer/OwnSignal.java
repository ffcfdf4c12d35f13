package dev.culvert.peer;

import dev.culvert.ice.IceCandidate;
import dev.culvert.ice.IceDescription;
import dev.culvert.transport.PeerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt tells the peer: its description, the same again with the candidates that are found later, and in the end
 * nothing any more, or that it was given up. One publication at a time: candidates that come meanwhile go out together.
 * Event loop only.
 */
final class OwnSignal {
    /**
     * How long an offer may be taken up: longer than a connection may take, and than clocks of two peers differ as a rule.
     * One that is used is taken back; only that of a peer that crashed stays, and is tried in vain once.
     */
    private static final Duration LIFE = Duration.ofMinutes(5);

    private final Rendezvous rendezvous;
    private final EventLoop loop;
    private final PeerId peer;
    private final byte[] sessionKey;

    /** Found since the last publication began, or before the description was made. */
    private final List<IceCandidate> fresh = new ArrayList<>();

    private @Nullable IceDescription description;
    private long answerTo;
    private boolean underWay;
    private boolean withdrawn;

    /** @param sessionKey the public one of the attempt */
    OwnSignal(Rendezvous rendezvous, EventLoop loop, PeerId peer, byte[] sessionKey) {
        this.rendezvous = rendezvous;
        this.loop = loop;
        this.peer = peer;
        this.sessionKey = sessionKey;
    }

    /**
     * Publishes for the first time.
     *
     * @param answerTo the id of the offer that is answered, or 0 to make one
     * @param onFailure told on the event loop if the peer can not see it
     */
    void publish(IceDescription first, long answerTo, Consumer<Throwable> onFailure) {
        description = first;
        this.answerTo = answerTo;
        takeFresh();
        publish(onFailure);
    }

    /** Publishes again, with one more candidate. If that fails, what the peer has been told is still true. */
    void add(IceCandidate candidate) {
        fresh.add(candidate);
        if (description != null && !underWay) {
            publishAgain();
        }
    }

    private void publishAgain() {
        IceDescription before = description;
        takeFresh();
        if (!Objects.equals(description, before)) { // or else there is nothing that the peer does not know
            publish(failure -> {});
        }
    }

    /** Into the description, as far as it has room. */
    private void takeFresh() {
        IceDescription now = description;
        for (IceCandidate candidate : fresh) {
            if (now != null
                    && !now.candidates().contains(candidate)
                    && now.candidates().size() < IceDescription.MAX_CANDIDATES) {
                now = now.with(candidate);
            }
        }
        fresh.clear();
        description = now;
    }

    private void publish(Consumer<Throwable> onFailure) {
        IceDescription now = description;
        if (now == null || withdrawn) {
            return;
        }
        underWay = true;
        var unused = publish(new SessionSignal(sessionKey, answerTo, now.toBytes()).toBytes())
                .whenComplete((done, failure) -> loop.execute(() -> onPublished(failure, onFailure)));
    }

    private void onPublished(@Nullable Throwable failure, Consumer<Throwable> onFailure) {
        underWay = false;
        if (failure != null) {
            onFailure.accept(failure);
        }
        publishAgain();
    }

    /** An app's own rendezvous may throw, too; nothing of ours may be left half done by that. */
    private CompletableFuture<Void> publish(byte[] signal) {
        try {
            return Objects.requireNonNull(rendezvous.publish(peer, signal, LIFE), "A rendezvous returned no future");
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Nobody should take up what has been used. Idempotent; nothing is said after it, or after {@link #giveUp}. */
    void withdraw() {
        if (description != null) {
            publishLast(new byte[0]);
        }
        withdrawn = true;
    }

    /**
     * The peer should not wait for us any longer; not even for an answer that we have not told yet. Idempotent.
     *
     * @param taken the id of the peer's signal that the attempt had taken, or 0: the peer may not have seen any of ours
     */
    void giveUp(long taken) {
        if (description != null || taken != 0) {
            publishLast(new SessionSignal(sessionKey, taken, new byte[0]).toBytes());
        }
        withdrawn = true;
    }

    private void publishLast(byte[] word) {
        if (!withdrawn) {
            var unused = publish(word).exceptionally(failure -> null); // the one before it expires by itself
        }
    }
}
