package dev.culvert.ice;

import dev.culvert.transport.ConnectionState;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZL_Result;

/** A context fails while it is closed: closed has the last word, whoever was first. */
@JCStressTest
@Outcome(id = "true, true, CLOSED", expect = Expect.ACCEPTABLE, desc = "failed, then closed")
@Outcome(id = "false, true, CLOSED", expect = Expect.ACCEPTABLE, desc = "closed, then too late to fail")
@Outcome(expect = Expect.FORBIDDEN, desc = "a closed context failed")
@State
public class StateEndRace {
    private final ContextState state = new ContextState("race", null, task -> {});

    @Actor
    public void fail(ZZL_Result result) {
        result.r1 = state.transition(ConnectionState.FAILED);
    }

    @Actor
    public void close(ZZL_Result result) {
        result.r2 = state.transition(ConnectionState.CLOSED);
    }

    @Arbiter
    public void arbiter(ZZL_Result result) {
        result.r3 = state.get();
    }
}
