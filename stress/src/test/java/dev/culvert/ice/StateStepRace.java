package dev.culvert.ice;

import dev.culvert.transport.ConnectionState;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Two threads call gather on a new context: one of them gathers. */
@JCStressTest
@Outcome(
        id = {"true, false", "false, true"},
        expect = Expect.ACCEPTABLE,
        desc = "one of them")
@Outcome(expect = Expect.FORBIDDEN, desc = "nobody or both")
@State
public class StateStepRace {
    private final ContextState state = new ContextState("race", null, task -> {});

    @Actor
    public void one(ZZ_Result result) {
        result.r1 = state.transition(ConnectionState.GATHERING);
    }

    @Actor
    public void other(ZZ_Result result) {
        result.r2 = state.transition(ConnectionState.GATHERING);
    }
}
