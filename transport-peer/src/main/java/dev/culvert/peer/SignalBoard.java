package dev.culvert.peer;

import dev.culvert.transport.PeerId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Signalling between peers of one process, seen at once: for an app's own tests, and where connecting is measured, which is
 * then ICE's and the session's time alone. Thread-safe; holds the last signal of each pair.
 *
 * <pre>{@code
 * SignalBoard board = new SignalBoard();
 * PeerTransport me = PeerTransport.builder(self)
 *         .dht(dht)
 *         .directory(directory)
 *         .rendezvous(board.of(self.peerId()))
 *         .open();
 * me.close();
 * }</pre>
 */
public final class SignalBoard {
    private record Route(PeerId from, PeerId to) {}

    private final Map<Route, byte[]> signals = new HashMap<>();
    private final Map<Route, Consumer<byte[]>> listeners = new HashMap<>();

    /** One peer's place at the board. */
    public Rendezvous of(PeerId self) {
        return new Place(self);
    }

    private synchronized void put(Route route, byte[] signal) {
        if (signal.length == 0) {
            signals.remove(route);
        } else {
            signals.put(route, signal);
        }
        Consumer<byte[]> listener = listeners.get(route);
        if (listener != null) {
            listener.accept(signal);
        }
    }

    private synchronized void listen(Route route, Consumer<byte[]> listener) {
        listeners.put(route, listener);
        byte[] signal = signals.get(route);
        if (signal != null) {
            listener.accept(signal);
        }
    }

    private synchronized void leave(Route route, Consumer<byte[]> listener) {
        listeners.remove(route, listener);
    }

    private synchronized void leave(PeerId self) {
        listeners.keySet().removeIf(route -> route.to().equals(self));
    }

    private final class Place implements Rendezvous {
        private final PeerId self;

        Place(PeerId self) {
            this.self = self;
        }

        @Override
        public CompletableFuture<Void> publish(PeerId to, byte[] signal, Duration ttl) {
            put(new Route(self, to), signal);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public Watch watch(PeerId from, Duration interval, Consumer<byte[]> listener) {
            Route route = new Route(from, self);
            listen(route, listener);
            return () -> leave(route, listener);
        }

        @Override
        public void close() {
            leave(self);
        }
    }
}
