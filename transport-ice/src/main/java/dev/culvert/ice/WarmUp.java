package dev.culvert.ice;

import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.ice4j.IceAgent;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads what a connection needs before it is needed. Whenever the first endpoint of a process opens: ice4j and the
 * cryptography, side by side on two threads {@code culvert-load}, as each takes a good part of the time of a first
 * connection. When an app asks for it: everything, by connecting this process with itself over loopback for half a second, on a
 * thread {@code culvert-warmup}. The threads end with that.
 */
final class WarmUp {
    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** More make the next ones no quicker. */
    private static final int MOST_CONNECTIONS = 200;

    /** A slow machine is not kept busy for longer. */
    private static final Duration LONGEST = Duration.ofMillis(500);

    private static final AtomicBoolean LOADED = new AtomicBoolean();

    private WarmUp() {}

    /** Loads in the background, the first time it is called. */
    static void loadOnce() {
        if (LOADED.compareAndSet(false, true)) {
            onThread("culvert-load", () -> load(IceAgent::load));
            onThread("culvert-load", () -> load(StunMessage::load));
        }
    }

    private static void load(Runnable loading) {
        try {
            loading.run();
        } catch (LinkageError | IllegalStateException e) {
            LOG.debug("Not loaded ahead; who needs it first will tell", e);
        }
    }

    private static void onThread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    static CompletableFuture<Void> start() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        onThread("culvert-warmup", () -> run(done));
        return done;
    }

    private static void run(CompletableFuture<Void> done) {
        try {
            connectOften();
            done.complete(null);
        } catch (Throwable e) { // told to whoever waits, errors too
            done.completeExceptionally(e);
        }
    }

    /** Again and again for a while: what has run some hundred times is compiled by then. */
    private static void connectOften() throws InterruptedException {
        IceConfig loopback = IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .build();
        try (IceEndpoint near = IceEndpoint.open(loopback);
                IceEndpoint far = IceEndpoint.open(loopback)) {
            long begin = System.nanoTime();
            int connections = 0;
            while (connections == 0
                    || (connections < MOST_CONNECTIONS && System.nanoTime() - begin < LONGEST.toNanos())) {
                connect(near, far);
                connections++;
            }
        }
    }

    private static void connect(IceEndpoint nearEndpoint, IceEndpoint farEndpoint) throws InterruptedException {
        try (IceContext near = nearEndpoint.openContext();
                IceContext far = farEndpoint.openContext()) {
            IceDescription offer = near.gather(LIMIT);
            IceDescription answer = far.gather(LIMIT);
            CompletableFuture<SelectedPair> connected = far.connectAsync(offer, Role.CONTROLLED, LIMIT);
            near.connect(answer, Role.CONTROLLING, LIMIT);
            connected.join();
            if (near.send(ByteBuffer.allocate(1)) != SendStatus.SENT
                    || far.recvTimeout(ByteBuffer.allocate(1), LIMIT.toMillis()) != 1) {
                throw new IllegalStateException("Connected over loopback, but no data came through");
            }
        }
    }
}
