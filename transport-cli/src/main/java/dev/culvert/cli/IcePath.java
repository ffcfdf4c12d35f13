package dev.culvert.cli;

import dev.culvert.ice.ContextConfig;
import dev.culvert.ice.DatagramHandler;
import dev.culvert.ice.IceCandidate;
import dev.culvert.ice.IceConfig;
import dev.culvert.ice.IceContext;
import dev.culvert.ice.IceDescription;
import dev.culvert.ice.Role;
import dev.culvert.ice.SelectedPair;
import dev.culvert.ice.SendStatus;
import dev.culvert.ice.StateListener;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The ICE side of {@code culvert ice}: one context on an endpoint of its own. One thread. */
final class IcePath implements AutoCloseable {
    /** A STUN server that has not answered by then does not. */
    private static final Duration GATHERING = Duration.ofSeconds(5);

    private final IceContext context;
    private final List<IceCandidate> later = new ArrayList<>();
    private @Nullable IceDescription remote;

    IcePath(IceConfig config, DatagramHandler handler, StateListener states) {
        context = IceContext.open(config, ContextConfig.handler(handler).withStateListener(states));
    }

    IceDescription gather() {
        return context.gather(GATHERING);
    }

    void remote(IceDescription description) {
        remote = description;
    }

    void remoteCandidate(IceCandidate candidate) {
        later.add(candidate);
    }

    /** Starts to connect, now that all candidates are there. */
    void remoteComplete(Role role, Duration timeout, Consumer<CompletableFuture<SelectedPair>> connecting) {
        IceDescription first = Objects.requireNonNull(remote);
        List<IceCandidate> all = new ArrayList<>(first.candidates());
        all.addAll(later.subList(0, Math.min(later.size(), IceDescription.MAX_CANDIDATES - all.size())));
        connecting.accept(
                context.connectAsync(new IceDescription(first.ufrag(), first.password(), all), role, timeout));
    }

    SendStatus send(byte[] payload) {
        return context.send(ByteBuffer.wrap(payload));
    }

    @Override
    public void close() {
        context.close();
    }
}
