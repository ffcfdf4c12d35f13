package dev.culvert.ice;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/** Two contexts draw the same ufrag: one has it, and it alone is found under it. */
@JCStressTest
@Outcome(
        id = {"true, false, true", "false, true, true"},
        expect = Expect.ACCEPTABLE,
        desc = "one of them")
@Outcome(expect = Expect.FORBIDDEN, desc = "nobody or both")
@State
public class UfragRace {
    private static final IceContext OTHER = Race.ENDPOINT.openContext();

    private final ContextTable table = new ContextTable();

    @Actor
    public void one(ZZZ_Result result) {
        result.r1 = table.register("same", Race.CONTEXT);
    }

    @Actor
    public void other(ZZZ_Result result) {
        result.r2 = table.register("same", OTHER);
    }

    @Arbiter
    public void arbiter(ZZZ_Result result) {
        result.r3 = table.byUfrag("same") == (result.r1 ? Race.CONTEXT : OTHER);
    }
}
