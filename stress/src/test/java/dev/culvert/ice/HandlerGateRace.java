package dev.culvert.ice;

import dev.culvert.ice.internal.HandlerGate;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A callback and a close: once close has returned none begins, and none is running. */
@JCStressTest
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "before the close, or not at all")
@Outcome(expect = Expect.FORBIDDEN, desc = "a callback after close")
@State
public class HandlerGateRace {
    private final HandlerGate gate = new HandlerGate();
    private volatile boolean closeReturned;
    private volatile boolean running;

    @Actor
    public void call(ZZ_Result result) {
        if (gate.enter()) {
            try {
                running = true;
                result.r1 = closeReturned;
                running = false;
            } finally {
                gate.leave();
            }
        }
    }

    @Actor
    public void close(ZZ_Result result) {
        gate.close();
        closeReturned = true;
        result.r2 = running;
    }
}
