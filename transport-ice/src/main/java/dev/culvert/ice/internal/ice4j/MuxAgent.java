package dev.culvert.ice.internal.ice4j;

import org.ice4j.ice.Agent;
import org.ice4j.ice.CheckLists;
import org.ice4j.ice.IceProcessingState;
import org.ice4j.stack.MuxStunStack;
import org.ice4j.stack.StunOutput;
import org.ice4j.stack.StunStack;
import org.jspecify.annotations.Nullable;

/**
 * An ice4j agent whose STUN stack is ours from its first moment: the connectivity checks keep the stack that they see
 * inside {@code super()}, so {@code setStunStack} would come too late.
 */
final class MuxAgent extends Agent {
    private static final long SETTLED_TA_MILLIS = 500;

    /** Made during {@code super()}; an initialiser here would wipe it out again afterwards. */
    private @Nullable MuxStunStack muxStack;

    /** Set after {@code super()}; nothing is sent before. */
    private volatile @Nullable StunOutput output;

    private volatile boolean resting;

    MuxAgent(StunOutput output) {
        this.output = output;
        setUseDynamicPorts(false);
    }

    @Override
    public synchronized StunStack getStunStack() {
        return muxStack();
    }

    synchronized MuxStunStack muxStack() {
        MuxStunStack stack = muxStack;
        if (stack == null) {
            stack = new MuxStunStack((message, local, remote) -> {
                StunOutput target = output;
                if (target != null) {
                    target.send(message, local, remote);
                }
            });
            muxStack = stack;
        }
        return stack;
    }

    /**
     * How long the pace maker waits for its next tick. ice4j lets it tick on for 3 s after nomination, when there is
     * next to nothing left to check: at 5 ms a thousand new connections would keep a core busy with that alone.
     */
    @Override
    protected long calculateTa() {
        long pace = super.calculateTa();
        boolean settled = resting || getState() == IceProcessingState.COMPLETED;
        return pace > 0 && settled ? SETTLED_TA_MILLIS : pace;
    }

    boolean isResting() {
        return resting;
    }

    /** The path was found without this agent. */
    void rest() {
        resting = true;
    }

    /**
     * Never fails by itself: ice4j's failure is final and knows nothing of candidates yet to come, so {@link IceAgent}
     * tells when the checks are exhausted and its owner decides.
     */
    @Override
    protected void checkListStatesUpdated() {
        getStreams().forEach(CheckLists::goOn);
        super.checkListStatesUpdated();
    }

    /** Empty, so that the JVM does not queue agents for finalisation: {@link IceAgent#free} is the one end of each. */
    @Override
    @SuppressWarnings({"removal", "deprecation", "Finalize"})
    protected void finalize() {}
}
