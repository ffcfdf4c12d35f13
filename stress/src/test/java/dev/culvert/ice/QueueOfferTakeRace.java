package dev.culvert.ice;

import java.nio.ByteBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZII_Result;

/** Three offers into a queue of two while another thread takes: the taker sees messages in their order, whole. */
@JCStressTest
@Outcome(id = "true, 0, [0123]", expect = Expect.ACCEPTABLE, desc = "the first take was too early")
@Outcome(id = "true, [123], [023]", expect = Expect.ACCEPTABLE, desc = "took what was there, in order")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost, doubled or mixed up")
@State
public class QueueOfferTakeRace {
    private final ReceiveQueue queue = new ReceiveQueue(2, new BufferPool());
    private boolean inOrder;
    private int first;
    private int second;

    @Actor
    public void offer() {
        for (int length = 1; length <= 3; length++) {
            queue.offer(Race.message(length));
        }
    }

    @Actor
    public void take() {
        first = queue.recv(ByteBuffer.allocate(8));
        second = queue.recv(ByteBuffer.allocate(8));
        inOrder = second == 0 || second > first;
    }

    @Arbiter
    public void arbiter(ZII_Result result) {
        ReceiveQueue.Counts counts = queue.counts();
        int taken = (first > 0 ? 1 : 0) + (second > 0 ? 1 : 0);
        result.r1 = inOrder && Race.addsUp(counts) && counts.accepted() == 3 && counts.delivered() == taken;
        result.r2 = first;
        result.r3 = second;
    }
}
