package dev.culvert.ice;

import dev.culvert.ice.internal.TransactionId;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A check goes out while its context is closed: no transaction stays behind. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "no transaction")
@Outcome(expect = Expect.FORBIDDEN, desc = "a transaction outlived its context")
@State
public class TransactionCloseRace {
    private final ContextTable table = new ContextTable();
    private final ContextRoutes routes = new ContextRoutes(Race.CONTEXT, table);

    @Actor
    public void begin() {
        routes.begin(new TransactionId(1, 1), Race.LOCAL, Race.LOCAL, 0);
        routes.begin(new TransactionId(1, 2), Race.LOCAL, Race.LOCAL, 0);
    }

    @Actor
    public void close() {
        routes.close();
    }

    @Arbiter
    public void arbiter(I_Result result) {
        result.r1 = table.transactionCount();
    }
}
