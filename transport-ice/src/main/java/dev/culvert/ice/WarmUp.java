package dev.culvert.ice;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Connects this process with itself once over loopback, so that every class a connection needs is loaded before an app
 * needs one. Has a thread {@code culvert-warmup} and two endpoints for as long as that takes.
 */
final class WarmUp {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private WarmUp() {}

    static CompletableFuture<Void> start() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(() -> run(done), "culvert-warmup");
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    private static void run(CompletableFuture<Void> done) {
        try {
            connectOnce();
            done.complete(null);
        } catch (Throwable e) { // told to whoever waits, errors too
            done.completeExceptionally(e);
        }
    }

    private static void connectOnce() throws InterruptedException {
        IceConfig loopback = IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .build();
        try (IceContext near = IceContext.open(loopback);
                IceContext far = IceContext.open(loopback)) {
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
