package dev.culvert.ice;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** Two borrowers of a pool with two idle arrays, one of them after giving one back: each has an array of its own. */
@JCStressTest
@Outcome(id = "false", expect = Expect.ACCEPTABLE, desc = "two arrays")
@Outcome(id = "true", expect = Expect.FORBIDDEN, desc = "both write into one array")
@State
public class BufferPoolRace {
    private final BufferPool pool = new BufferPool();
    private byte[] one;
    private byte[] other;

    public BufferPoolRace() {
        pool.giveBack(new byte[BufferPool.POOLED_BYTES]);
    }

    @Actor
    public void borrow() {
        one = pool.borrow(1);
    }

    @Actor
    public void borrowTwice() {
        pool.giveBack(pool.borrow(1));
        other = pool.borrow(1);
    }

    @Arbiter
    public void arbiter(Z_Result result) {
        result.r1 = one == other;
    }
}
