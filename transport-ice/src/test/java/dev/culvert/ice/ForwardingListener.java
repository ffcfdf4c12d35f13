package dev.culvert.ice;

import dev.culvert.ice.internal.ice4j.IceAgent;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Passes everything on; a test that wants to see or lose what an agent sends overrides {@link #send}. */
class ForwardingListener implements IceAgent.Listener {
    private final IceAgent.Listener listener;

    ForwardingListener(IceAgent.Listener listener) {
        this.listener = listener;
    }

    @Override
    public void send(byte[] message, InetSocketAddress local, InetSocketAddress remote) throws IOException {
        listener.send(message, local, remote);
    }

    @Override
    public void onValid(SelectedPair pair) {
        listener.onValid(pair);
    }

    @Override
    public void onNominated(SelectedPair pair) {
        listener.onNominated(pair);
    }

    @Override
    public void onExhausted() {
        listener.onExhausted();
    }
}
