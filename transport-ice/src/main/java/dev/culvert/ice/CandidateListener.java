package dev.culvert.ice;

/**
 * Hears of local candidates that are found after {@link IceContext#gatherTrickling} has returned, or after
 * {@link IceContext#gatherAsync(java.time.Duration, java.time.Duration, CandidateListener)} has made its description, to
 * carry them to the peer. Called on the endpoint's STUN thread, one call at a time, never after the context is closed;
 * must not block.
 */
public interface CandidateListener {
    /** One more candidate: the peer gives it to {@link IceContext#addRemoteCandidate}. */
    void onCandidate(IceCandidate candidate);

    /** There will be no more: the peer calls {@link IceContext#endOfRemoteCandidates}. Called at most once. */
    void onEndOfCandidates();
}
