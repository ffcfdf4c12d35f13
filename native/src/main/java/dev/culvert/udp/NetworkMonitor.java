package dev.culvert.udp;

import dev.culvert.transport.TransportException;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when this host's usable addresses or its default routes change. Where the native core listens to the kernel a
 * change is reported within 100 ms (mostly 30), and a quiet network costs nothing. Elsewhere this host is looked at every
 * second and a change reported within 2 s; that costs 0.3 % of a core in a JVM that does nothing else, where a look takes
 * 3 ms, and less in a busy one (0.2 ms; both on Linux with one interface). Either way what is reported is the difference
 * between two looks, so nothing is told twice.
 *
 * <p>One daemon thread, {@code culvert-network}, from {@link #open} to {@link #close}; the listener is called on it.
 */
public final class NetworkMonitor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NetworkMonitor.class);

    private static final Duration FOR_EVER = Duration.ofNanos(-1);
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration QUIET = Duration.ofMillis(20);
    private static final Duration MOST = Duration.ofMillis(60);

    /** After a look that failed the next one waits so long, then each time twice as long, up to the period. */
    private static final Duration FIRST_RETRY = Duration.ofMillis(20);

    private static final long JOIN_MILLIS = 1_000;

    private final Consumer<NetworkChange> listener;
    private final Supplier<NetworkSnapshot> look;
    private final LongSupplier nanoTime;
    private final LongAdder listenerFailures = new LongAdder();
    private final Debounce debounce; // network thread only
    private final Thread thread;

    private NetworkSnapshot last; // network thread only
    private Duration retry = FIRST_RETRY; // network thread only

    /** Written by the network thread. */
    private volatile NetworkTrigger trigger;

    private volatile boolean closed;

    /**
     * Starts watching. What changes after this method has returned is reported.
     *
     * @param listener told of each change, one at a time; what it throws is logged and counted. While it runs changes
     *     gather, to be reported as one
     * @throws TransportException if the operating system does not tell what the network is like now
     */
    public static NetworkMonitor open(Consumer<NetworkChange> listener) {
        return NetlinkCalls.find()
                .flatMap(NetworkMonitor::listen)
                .map(netlink -> open(listener, netlink))
                .orElseGet(() -> openPolling(listener));
    }

    /** One that looks every second, whatever the system can do. */
    static NetworkMonitor openPolling(Consumer<NetworkChange> listener) {
        // Every look stands alone: there is nothing to wait for before it.
        Debounce none = new Debounce(Duration.ZERO, Duration.ZERO);
        return open(listener, new PollingTrigger(PERIOD), none, NetworkSnapshot::take, System::nanoTime);
    }

    private static NetworkMonitor open(Consumer<NetworkChange> listener, NetlinkTrigger netlink) {
        return open(listener, netlink, new Debounce(QUIET, MOST), NetworkSnapshot::take, System::nanoTime);
    }

    private static Optional<NetlinkTrigger> listen(NetlinkCalls calls) {
        try {
            return Optional.of(NetlinkTrigger.open(calls));
        } catch (IOException e) {
            LOG.warn("{}; looking for network changes every {} s", e.getMessage(), PERIOD.toSeconds());
            return Optional.empty();
        }
    }

    /** Takes the trigger over, and closes it if there is no monitor in the end. */
    static NetworkMonitor open(
            Consumer<NetworkChange> listener,
            NetworkTrigger trigger,
            Debounce debounce,
            Supplier<NetworkSnapshot> look,
            LongSupplier nanoTime) {
        try {
            // The trigger listens already: what changes during this look leads to another.
            NetworkMonitor monitor = new NetworkMonitor(listener, trigger, debounce, look, nanoTime);
            monitor.thread.start();
            return monitor;
        } catch (RuntimeException | Error e) { // Error: no more threads
            trigger.close();
            throw e;
        }
    }

    private NetworkMonitor(
            Consumer<NetworkChange> listener,
            NetworkTrigger trigger,
            Debounce debounce,
            Supplier<NetworkSnapshot> look,
            LongSupplier nanoTime) {
        this.listener = Objects.requireNonNull(listener, "listener");
        this.trigger = trigger;
        this.debounce = debounce;
        this.look = look;
        this.nanoTime = nanoTime;
        last = look.get();
        thread = new Thread(this::run, "culvert-network");
        thread.setDaemon(true);
    }

    /** Whether the kernel tells of changes; if not, this host is looked at every second. May become false, never true. */
    public boolean isNative() {
        return trigger instanceof NetlinkTrigger;
    }

    /** How many calls of the listener ended in an exception. */
    public long listenerFailures() {
        return listenerFailures.sum();
    }

    private void run() {
        try {
            while (!closed) {
                if (hears()) {
                    debounce.trigger(nanoTime.getAsLong());
                }
                if (debounce.takeDue(nanoTime.getAsLong())) {
                    lookAgain();
                }
            }
        } finally {
            trigger.close();
        }
    }

    private boolean hears() {
        var left = debounce.nanosLeft(nanoTime.getAsLong());
        try {
            return trigger.await(left.isPresent() ? Duration.ofNanos(left.getAsLong()) : FOR_EVER);
        } catch (IOException | RuntimeException e) {
            LOG.warn("No word of network changes any more; looking for them every {} s", PERIOD.toSeconds(), e);
            trigger.close();
            trigger = new PollingTrigger(PERIOD); // before closed is read again: close() wakes this one or is seen
            return false; // the next look finds what it did not tell
        }
    }

    private void lookAgain() {
        // A listener may leave the thread interrupted, and an interrupted one can not read files.
        var unused = Thread.interrupted();
        NetworkSnapshot now;
        try {
            now = look.get();
        } catch (RuntimeException | Error e) { // memory running out in one look is not the end of the others
            LOG.debug("Can not look at the network; next try in {} ms", retry.toMillis(), e);
            debounce.retry(nanoTime.getAsLong(), retry);
            retry = retry.multipliedBy(2).compareTo(PERIOD) < 0 ? retry.multipliedBy(2) : PERIOD;
            return;
        }
        retry = FIRST_RETRY;
        Optional<NetworkChange> change = last.changeTo(now);
        last = now;
        if (change.isPresent() && !closed) {
            tell(change.get());
        }
    }

    private void tell(NetworkChange change) {
        LOG.debug(
                "Network: {} addresses more, {} less, default route {}",
                change.added().size(),
                change.removed().size(),
                change.defaultRouteChanged() ? "changed" : "as before");
        try {
            listener.accept(change);
        } catch (RuntimeException | Error e) {
            listenerFailures.increment();
            LOG.error("The listener for network changes failed", e);
        }
    }

    /**
     * Ends the watch; waits for a listener that is running, but at most a second and never for the thread it is called
     * on. Idempotent, from any thread, from the listener too. No call begins afterwards.
     */
    @Override
    public void close() {
        closed = true;
        trigger.wake();
        if (Thread.currentThread() == thread) {
            return; // the thread ends after this call of the listener
        }
        try {
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it ends by itself
        }
    }
}
