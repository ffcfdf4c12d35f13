package dev.culvert.ice;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A waiter hears of the shutdown that comes while it begins to wait. */
@JCStressTest
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "told of the end")
@Outcome(expect = Expect.FORBIDDEN, desc = "waited for what will never come")
@State
public class QueueWaiterShutdownRace {
    private final ReceiveQueue queue = new ReceiveQueue(1, new BufferPool());

    @Actor
    public void await(I_Result result) {
        result.r1 = Race.await(queue);
    }

    @Actor
    public void shutdown() {
        Race.pause();
        queue.shutdown();
    }
}
