package dev.culvert.ice;

import dev.culvert.ice.internal.ice4j.IceAgent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;

/** Hears one context's ICE agent on whatever thread it is on, and goes on with it on the STUN thread. */
final class AgentProgress implements IceAgent.Listener {
    private final ContextAgent agent;
    private final SelectedPath path;
    private final Establishment establishment;
    private final Executor stunThread;

    AgentProgress(ContextAgent agent, SelectedPath path, Establishment establishment, Executor stunThread) {
        this.agent = agent;
        this.path = path;
        this.establishment = establishment;
        this.stunThread = stunThread;
    }

    @Override
    public void send(byte[] message, InetSocketAddress local, InetSocketAddress remote) throws IOException {
        agent.send(message, local, remote);
    }

    @Override
    public void onValid(SelectedPair pair) {
        Tasks.tryExecute(stunThread, () -> path.onPair(pair, false));
    }

    @Override
    public void onNominated(SelectedPair pair) {
        Tasks.tryExecute(stunThread, () -> path.onPair(pair, true));
    }

    @Override
    public void onExhausted() {
        Tasks.tryExecute(stunThread, establishment::checkExhausted);
    }
}
