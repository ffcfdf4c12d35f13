package dev.culvert.dht.mainline;

import dev.culvert.dht.Dht;
import dev.culvert.dht.DhtCapabilities;
import dev.culvert.dht.EngineThread;
import dev.culvert.dht.PollSchedule;
import dev.culvert.dht.PollingListener;
import dev.culvert.dht.Slot;
import dev.culvert.dht.WritableSlot;
import dev.culvert.transport.EngineUnavailableException;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.transport.TransportClosedException;
import dev.culvert.transport.TransportException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The Mainline engine: a node of the BitTorrent DHT in this process, holding values as BEP 44 mutable items whose salt
 * is the slot's key. It owns one alert thread, {@code culvert-dht-mainline}, on which all futures complete, one thread
 * {@code culvert-dht-mainline-poll} once something is listened to, and libtorrent's own network thread; all end with
 * {@link #close}. The network numbers values itself, keeps
 * them for about two hours whatever ttl is asked for, and sees our address.
 */
public final class MainlineDht implements Dht {
    private static final DhtCapabilities CAPABILITIES =
            new DhtCapabilities("mainline", Bep44.MAX_VALUE, Duration.ofHours(2), false, false, false);

    /** How long {@link #close} waits for the session to end; it mostly takes some milliseconds. */
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final MainlineConfig config;
    private final AlertLoop loop;
    private final EngineThread polls = new EngineThread("culvert-dht-mainline-poll");
    private final PollSchedule schedule = new PollSchedule(RandomGenerator.of("L64X128MixRandom"));

    private MainlineDht(MainlineConfig config, AlertLoop loop) {
        this.config = config;
        this.loop = loop;
    }

    /**
     * Starts a node. Waits only until its sockets are open; {@link #bootstrap} then tells when it found others.
     *
     * @throws EngineUnavailableException if the native library does not run on this platform
     * @throws TransportException if it can listen on none of the interfaces
     */
    public static MainlineDht open(MainlineConfig config) {
        MainlineNatives.require();
        return new MainlineDht(config, AlertLoop.start(config));
    }

    @Override
    public DhtCapabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public CompletableFuture<Void> bootstrap() {
        return awaitNodes(
                1,
                config.bootstrapTimeout(),
                () -> "No node of the Mainline DHT answered within " + config.bootstrapTimeout() + "; tried "
                        + config.bootstrapNodes()
                        + ". Check that UDP is let through, or give bootstrap nodes that can be reached."
                        + " The engine reported: " + loop.lastTrouble());
    }

    /** Completes once the routing table holds so many nodes, and fails with the message after the time-out. */
    CompletableFuture<Void> awaitNodes(int nodes, Duration timeout, Supplier<String> onTimeout) {
        return loop.awaitNodes(nodes, timeout, onTimeout);
    }

    /** Makes a node a neighbour if it answers. */
    void addNode(InetSocketAddress node) {
        loop.addNode(node);
    }

    /** {@inheritDoc} The network numbers the values itself, so {@code sequence} is not used; nor is {@code ttl}. */
    @Override
    public CompletableFuture<Integer> put(WritableSlot slot, long sequence, byte[] value, Duration ttl) {
        if (value.length > Bep44.MAX_VALUE) {
            return CompletableFuture.failedFuture(
                    new MessageTooLargeException(value.length, Bep44.MAX_VALUE, "the Mainline DHT"));
        }
        if (!Arrays.equals(slot.slot().writer(), slot.writer().publicKey())) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException("The key given for " + slot.slot() + " may not write there"));
        }
        byte[] secret;
        try {
            secret = Bep44.expandSecret(slot.writer().seed());
        } catch (IllegalStateException e) {
            return CompletableFuture.failedFuture(e);
        }
        return loop.requests().put(slot.slot(), secret, value.clone());
    }

    @Override
    public CompletableFuture<List<byte[]>> get(Slot slot) {
        return loop.requests().get(slot);
    }

    /** Puts an empty value in the old one's place, which {@link #get} takes for none. */
    @Override
    public CompletableFuture<Boolean> remove(WritableSlot slot) {
        return put(slot, 0, new byte[0], Duration.ZERO).handle((nodes, failure) -> {
            if (failure instanceof TransportClosedException closed) {
                throw new CompletionException(closed);
            }
            return failure == null;
        });
    }

    @Override
    public Subscription listen(Slot slot, Duration interval, Consumer<byte[]> listener) {
        return PollingListener.start(slot, interval, listener, this::get, polls, schedule);
    }

    /** The UDP port of this node, the same on most interfaces. */
    public int nodePort() {
        return localAddress().getPort();
    }

    /** The first address this node listens on, one that others can reach if there is any. */
    public InetSocketAddress localAddress() {
        List<InetSocketAddress> all = loop.localAddresses();
        return all.stream()
                .filter(address -> !address.getAddress().isLoopbackAddress())
                .findFirst()
                .orElse(all.get(0));
    }

    /** Every address this node has listened on, oldest first; interfaces that went away stay in the list. */
    public List<InetSocketAddress> localAddresses() {
        return loop.localAddresses();
    }

    /** What was dropped, and other counts. */
    public MainlineStats stats() {
        return loop.stats();
    }

    /**
     * {@inheritDoc} Waits at most 7 s for running callbacks and the native session to end; called from a completed
     * future, on the engine's own thread, it waits for neither session nor thread.
     */
    @Override
    public void close() {
        beginClose();
        awaitClosed();
    }

    /** The first half of closing, so that many nodes can close side by side. */
    void beginClose() {
        loop.beginClose();
    }

    void awaitClosed() {
        polls.close();
        loop.awaitEnd(CLOSE_LIMIT);
    }
}
