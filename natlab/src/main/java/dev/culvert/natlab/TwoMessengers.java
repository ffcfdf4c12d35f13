package dev.culvert.natlab;

import dev.culvert.natlab.LabPeer.Connected;
import dev.culvert.transport.Tier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * An app on each side of a laboratory and a DHT between them; each {@link #open} makes two new identities. They end with
 * this object, and with the laboratory. One thread at a time.
 */
public final class TwoMessengers implements AutoCloseable {
    private static final int DHT_NODES = 8;

    /** Between two questions whether a better path was found. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Path directory;
    private final LabDht dht;
    private final LabMessenger a;
    private final LabMessenger b;
    private int opened;

    private TwoMessengers(Path directory, LabDht dht, LabMessenger a, LabMessenger b) {
        this.directory = directory;
        this.dht = dht;
        this.a = a;
        this.b = b;
    }

    /**
     * Starts all; what is started ends with the laboratory, if it is not closed before.
     *
     * @param directory where identities and queues are kept
     */
    public static TwoMessengers start(NatLab lab, Path directory) {
        return start(lab, directory, LabJvm.HEAP_MEGABYTES);
    }

    /** The same with another heap for each of the two. */
    static TwoMessengers start(NatLab lab, Path directory, int heapMegabytes) {
        LabDht dht = LabDht.start(lab, DHT_NODES);
        return new TwoMessengers(
                directory,
                dht,
                LabMessenger.start(lab, Side.A, heapMegabytes),
                LabMessenger.start(lab, Side.B, heapMegabytes));
    }

    /** The one on side A. */
    public LabMessenger a() {
        return a;
    }

    /** The one on side B. */
    public LabMessenger b() {
        return b;
    }

    /** Where the DHT's own nodes are. */
    public List<String> dhtNodes() {
        return List.of(dht.nodes().split(",", -1));
    }

    /** Opens both anew, contacts of each other. */
    public void open(MessengerSettings settingsA, MessengerSettings settingsB) {
        opened++;
        a.open(directory.resolve("a" + opened), dht, settingsA);
        b.open(directory.resolve("b" + opened), dht, settingsB);
        a.contact(b);
        b.contact(a);
    }

    /** Closes both transports. */
    void closeTransports() {
        a.closeTransport();
        b.closeTransport();
    }

    /**
     * One whole try: fresh transports, a message each way, and the tier that the connection settles on.
     *
     * @param patience how long the messages may take
     * @param settling how long a relayed connection may take to become a direct one
     */
    Attempt attempt(MessengerSettings settings, Duration patience, Duration settling) {
        try {
            open(settings, settings);
            a.send(b, 1);
            b.await("a's message", patience, () -> !b.received().isEmpty());
            b.send(a, 2);
            a.await("b's message", patience, () -> !a.received().isEmpty());
            Attempt now = path();
            long end = System.nanoTime() + settling.toNanos();
            while (now.tier() == Tier.RELAY && System.nanoTime() - end < 0) {
                LockSupport.parkNanos(PAUSE.toNanos());
                now = path();
            }
            return now;
        } catch (LabException e) {
            return Attempt.failed(String.valueOf(e.getMessage()));
        } finally {
            closeTransports();
        }
    }

    /** Without a connection at both ends the messages have come through the DHT. */
    private Attempt path() {
        Optional<Connected> atA = a.path();
        Optional<Connected> atB = b.path();
        Connected none = new Connected("none", "none", Duration.ZERO, Tier.QUEUED);
        return atA.isPresent() && atB.isPresent()
                ? Attempt.connected(atA.get(), atB.get())
                : Attempt.connected(none, none);
    }

    /** Ends the processes. Idempotent. */
    @Override
    public void close() {
        a.close();
        b.close();
        dht.close();
    }
}
