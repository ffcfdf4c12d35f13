package dev.culvert.ice;

import dev.culvert.ice.internal.ice4j.IceAgent;
import dev.culvert.transport.TransportClosedException;
import java.net.InetSocketAddress;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/** The context is closed while its agent is made: the agent is freed, and forgotten by its ufrag, whoever was first. */
@JCStressTest
@Outcome(id = "true, true, true", expect = Expect.ACCEPTABLE, desc = "freed, forgotten, and given to nobody")
@Outcome(expect = Expect.FORBIDDEN, desc = "an agent outlived its context")
@State
public class AgentLifeRace {
    private final ContextAgent life =
            new ContextAgent(Race.CONTEXT, Race.ENDPOINT, new DataPath(ContextConfig.queue(), Race.ENDPOINT.buffers()));
    private final IceAgent agent = new IceAgent(List.of(Race.LOCAL), new Silent());

    public AgentLifeRace() {
        Race.ENDPOINT.contexts().register(agent.ufrag(), Race.CONTEXT);
    }

    @Actor
    public void keep() {
        try {
            life.keep(agent);
        } catch (TransportClosedException e) {
            return; // closed first
        }
    }

    @Actor
    public void free() {
        life.free();
    }

    @Arbiter
    public void arbiter(ZZZ_Result result) {
        // A freed agent takes every message in silence; a living one refuses what is none.
        result.r1 = agent.receive(new byte[0], Race.LOCAL, Race.LOCAL);
        result.r2 = Race.ENDPOINT.contexts().byUfrag(agent.ufrag()) == null;
        result.r3 = life.current() == null;
        agent.free();
        Race.ENDPOINT.contexts().unregister(agent.ufrag(), Race.CONTEXT);
    }

    /** Hears of nothing: the agent never starts. */
    private static final class Silent implements IceAgent.Listener {
        @Override
        public void send(byte[] message, InetSocketAddress local, InetSocketAddress remote) {}

        @Override
        public void onValid(SelectedPair pair) {}

        @Override
        public void onNominated(SelectedPair pair) {}

        @Override
        public void onExhausted() {}
    }
}
