package dev.culvert.peer;

import dev.culvert.transport.PeerId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * How two peers exchange what sets a connection up. {@link DhtRendezvous} does it without a server; an app with a
 * signalling server of its own plugs that in here. A signal holds ICE credentials: carry it sealed, and only from an
 * authenticated peer. Calls may come from any thread and must not block.
 *
 * <pre>{@code
 * Rendezvous signalling = new SignalBoard().of(self.peerId()); // in an app, a client of its server
 * PeerTransport me = PeerTransport.builder(self).dht(dht).directory(directory).rendezvous(signalling).open();
 * me.close();
 * }</pre>
 */
public interface Rendezvous extends AutoCloseable {
    /**
     * Makes a signal available to one peer, in place of the one before. That one may still be on its way: whichever call
     * is done first, it is the signal of the last one that the peer sees in the end.
     *
     * @param signal opaque, at most some 700 bytes; empty to take the last one back
     * @param ttl how long it is of use
     * @return completes when the peer can see it
     */
    CompletableFuture<Void> publish(PeerId to, byte[] signal, Duration ttl);

    /**
     * Watches for one peer's signals, each once, newest only.
     *
     * @param interval how soon they should be seen where the way has no push
     * @param listener called on any thread; must not block
     * @return ends the watch
     */
    Watch watch(PeerId from, Duration interval, Consumer<byte[]> listener);

    /** Ends every watch. Idempotent. */
    @Override
    void close();

    /** A running watch. */
    @FunctionalInterface
    interface Watch extends AutoCloseable {
        /** Ends it. Idempotent. */
        @Override
        void close();
    }
}
