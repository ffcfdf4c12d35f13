package dev.culvert.bench;

import dev.culvert.ice.IceConfig;
import dev.culvert.ice.IceContext;
import dev.culvert.ice.IceDescription;
import dev.culvert.ice.IceEndpoint;
import dev.culvert.ice.Role;
import dev.culvert.ice.SendStatus;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Two contexts that receive through their queues: on two endpoints that stay, as an app has them, or each on an endpoint
 * of its own, which comes and goes with it.
 *
 * <p>Timed as connect: from both descriptions being there until both futures are complete, that is both sides
 * CONNECTED. Timed as cycle: opening both contexts (and their endpoints if they are private), gathering, connecting, a
 * message each way received, closing both.
 */
final class CulvertPair implements PeerPair {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Supplier<IceContext> near;
    private final Supplier<IceContext> far;
    private final List<IceEndpoint> endpoints;

    private CulvertPair(Supplier<IceContext> near, Supplier<IceContext> far, List<IceEndpoint> endpoints) {
        this.near = near;
        this.far = far;
        this.endpoints = endpoints;
    }

    static CulvertPair onSharedEndpoints(InetAddress address) {
        IceEndpoint near = IceEndpoint.open(config(address));
        IceEndpoint far = IceEndpoint.open(config(address));
        return new CulvertPair(near::openContext, far::openContext, List.of(near, far));
    }

    static CulvertPair onPrivateEndpoints(InetAddress address) {
        IceConfig config = config(address);
        return new CulvertPair(() -> IceContext.open(config), () -> IceContext.open(config), List.of());
    }

    private static IceConfig config(InetAddress address) {
        return IceConfig.builder().localAddresses(List.of(address)).build();
    }

    @Override
    public Cycle cycle() throws InterruptedException {
        long start = System.nanoTime();
        double connectMillis;
        try (IceContext a = near.get();
                IceContext b = far.get()) {
            connectMillis = connect(a, b);
            pass(a, b);
            pass(b, a);
        }
        return new Cycle(connectMillis, (System.nanoTime() - start) / 1e6);
    }

    @Override
    public void first() throws InterruptedException {
        IceContext a = near.get();
        IceContext b = far.get();
        connect(a, b);
        pass(a, b);
    }

    private static double connect(IceContext a, IceContext b) {
        IceDescription offer = a.gather(TIMEOUT);
        IceDescription answer = b.gather(TIMEOUT);
        long start = System.nanoTime();
        CompletableFuture<?> controlled = b.connectAsync(offer, Role.CONTROLLED, TIMEOUT);
        a.connect(answer, Role.CONTROLLING, TIMEOUT);
        controlled.join();
        return (System.nanoTime() - start) / 1e6;
    }

    private static void pass(IceContext from, IceContext to) throws InterruptedException {
        SendStatus status = from.send(ByteBuffer.wrap(MESSAGE));
        ByteBuffer buffer = ByteBuffer.allocate(1_500);
        int length = to.recvTimeout(buffer, TIMEOUT.toMillis());
        if (length != MESSAGE.length) {
            throw new IllegalStateException("A message was lost: " + status + ", received " + length);
        }
    }

    @Override
    public void close() {
        endpoints.forEach(IceEndpoint::close);
    }
}
