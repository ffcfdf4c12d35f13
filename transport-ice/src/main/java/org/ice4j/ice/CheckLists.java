package org.ice4j.ice;

/** What Culvert does to an ice4j check list that ice4j offers only to its own package. Stateless. */
public final class CheckLists {
    private CheckLists() {}

    /** Adds a pair of a local candidate that came late with each remote candidate it can reach. */
    public static void pair(Component component, LocalCandidate local) {
        IceMediaStream stream = component.getParentStream();
        if (stream.getCheckList().getState() != CheckListState.RUNNING) {
            return;
        }
        for (RemoteCandidate remote : component.getRemoteCandidates()) {
            if (local.canReach(remote)) {
                stream.addToCheckList(stream.getParentAgent().createCandidatePair(local, remote));
            }
        }
    }

    /**
     * Takes back a failure of the check list. ice4j declares it, for good, 5 s after the checks of all pairs have
     * failed, although candidates may still come from the peer.
     */
    public static void goOn(IceMediaStream stream) {
        if (stream.getCheckList().getState() == CheckListState.FAILED) {
            stream.getCheckList().setState(CheckListState.RUNNING);
        }
    }

    /** Lets ice4j send no keep-alives: Culvert asks for consent itself. */
    public static void keepNoneAlive(Component component) {
        component.getKeepAlivePairs().clear();
    }

    /** Whether no pair is valid and none is left to check. */
    public static boolean isExhausted(IceMediaStream stream) {
        return stream.getCheckList().allChecksCompleted() && !stream.validListContainsAllComponents();
    }
}
