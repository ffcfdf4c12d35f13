package dev.culvert.ice;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Two contexts on endpoints of their own over 127.0.0.1, for tests. */
final class LoopbackPair implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofSeconds(10);

    static final IceConfig LOOPBACK = IceConfig.builder()
            .localAddresses(List.of(InetAddress.getLoopbackAddress()))
            .build();

    final IceContext a;
    final IceContext b;

    private LoopbackPair(IceContext a, IceContext b) {
        this.a = a;
        this.b = b;
    }

    static LoopbackPair open() {
        return open(ContextConfig.queue());
    }

    /** The second side receives as {@code configB} says. */
    static LoopbackPair open(ContextConfig configB) {
        return new LoopbackPair(IceContext.open(LOOPBACK), IceContext.open(LOOPBACK, configB));
    }

    static LoopbackPair connected() {
        return open().connect();
    }

    static LoopbackPair connected(ContextConfig configB) {
        return open(configB).connect();
    }

    LoopbackPair connect() {
        connect(a, b);
        return this;
    }

    static void connect(IceContext a, IceContext b) {
        IceDescription offer = a.gather(TIMEOUT);
        IceDescription answer = b.gather(TIMEOUT);
        CompletableFuture<?> far = b.connectAsync(offer, Role.CONTROLLED, TIMEOUT);
        a.connect(answer, Role.CONTROLLING, TIMEOUT);
        far.join();
    }

    /** Connected is before nominated: some rules hold only from then on. */
    static void awaitNominated(IceContext... contexts) {
        for (IceContext context : contexts) {
            Eventually.holds("a nominated pair", context.path()::isNominated);
        }
    }

    static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static String receiveText(IceContext context, long timeoutMillis) throws InterruptedException {
        ByteBuffer buffer = ByteBuffer.allocate(65_536);
        int length = context.recvTimeout(buffer, timeoutMillis);
        return length <= 0 ? String.valueOf(length) : new String(buffer.array(), 0, length, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        a.close();
        b.close();
    }
}
