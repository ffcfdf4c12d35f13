package dev.culvert.ice;

import java.nio.ByteBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZII_Result;

/** Two consumers and one message that is there: exactly one gets it. */
@JCStressTest
@Outcome(
        id = {"true, 5, 0", "true, 0, 5"},
        expect = Expect.ACCEPTABLE,
        desc = "one of them")
@Outcome(expect = Expect.FORBIDDEN, desc = "nobody or both")
@State
public class QueueConsumersRace {
    private final ReceiveQueue queue = new ReceiveQueue(2, new BufferPool());
    private int first;
    private int second;

    public QueueConsumersRace() {
        queue.offer(Race.message(5));
    }

    @Actor
    public void one() {
        first = queue.recv(ByteBuffer.allocate(8));
    }

    @Actor
    public void other() {
        second = queue.recv(ByteBuffer.allocate(8));
    }

    @Arbiter
    public void arbiter(ZII_Result result) {
        result.r1 = Race.addsUp(queue.counts()) && queue.counts().delivered() == 1;
        result.r2 = first;
        result.r3 = second;
    }
}
