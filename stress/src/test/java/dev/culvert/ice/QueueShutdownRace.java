package dev.culvert.ice;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZIJ_Result;

/** Offers into a queue of one while it is shut down: what is accepted is dropped or cleared, and nothing stays. */
@JCStressTest
@Outcome(id = "true, 0, 0", expect = Expect.ACCEPTABLE, desc = "shut down first")
@Outcome(
        id = {"true, 1, 1", "true, 2, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "accepted, the last of them cleared")
@Outcome(expect = Expect.FORBIDDEN, desc = "the numbers do not add up, or something stayed")
@State
public class QueueShutdownRace {
    private final ReceiveQueue queue = new ReceiveQueue(1, new BufferPool());
    private int taken;

    @Actor
    public void offer() {
        taken += queue.offer(Race.message(1)) ? 1 : 0;
        taken += queue.offer(Race.message(2)) ? 1 : 0;
    }

    @Actor
    public void shutdown() {
        queue.shutdown();
    }

    @Arbiter
    public void arbiter(ZIJ_Result result) {
        ReceiveQueue.Counts counts = queue.counts();
        result.r1 = Race.addsUp(counts) && counts.waiting() == 0 && counts.accepted() == taken;
        result.r2 = taken;
        result.r3 = counts.cleared();
    }
}
