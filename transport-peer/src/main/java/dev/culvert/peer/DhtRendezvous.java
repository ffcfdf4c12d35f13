package dev.culvert.peer;

import dev.culvert.dht.CandidateDirectory;
import dev.culvert.dht.Dht;
import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Rendezvous through sealed records in pairwise slots of a DHT. Closes its directory, not the DHT. */
final class DhtRendezvous implements Rendezvous {
    private final CandidateDirectory directory;

    /**
     * @param quietGetsPerSecond what looking for contacts without traffic may cost
     */
    DhtRendezvous(Identity self, Dht dht, Clock clock, int quietGetsPerSecond) {
        directory = CandidateDirectory.open(self, dht, clock, quietGetsPerSecond);
    }

    @Override
    public CompletableFuture<Void> publish(PeerId to, byte[] signal, Duration ttl) {
        return directory.publish(to, signal, ttl).thenAccept(replicas -> {});
    }

    @Override
    public Watch watch(PeerId from, Duration interval, Consumer<byte[]> listener) {
        return directory.watch(from, interval, published -> listener.accept(published.payload()))::close;
    }

    @Override
    public void close() {
        directory.close();
    }
}
