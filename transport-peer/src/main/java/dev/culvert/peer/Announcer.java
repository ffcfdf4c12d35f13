package dev.culvert.peer;

import dev.culvert.transport.PeerId;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes what happens to connections on to the app's listener and to JFR; what the listener throws ends nothing. */
final class Announcer implements ConnectionListener {
    private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);

    private volatile @Nullable ConnectionListener listener;

    void listener(ConnectionListener to) {
        listener = to;
    }

    @Override
    public void onConnected(ConnectionInfo connection) {
        tell(to -> to.onConnected(connection));
    }

    @Override
    public void onDisconnected(PeerId peer, String cause) {
        tell(to -> to.onDisconnected(peer, cause));
    }

    @Override
    public void onEnded(ConnectionEnd end) {
        ConnectionEndEvent.emit(end);
        tell(to -> to.onEnded(end));
    }

    private void tell(Consumer<ConnectionListener> event) {
        ConnectionListener to = listener;
        if (to == null) {
            return;
        }
        try {
            event.accept(to);
        } catch (RuntimeException | Error e) {
            LOG.error("A connection listener threw", e);
        }
    }
}
