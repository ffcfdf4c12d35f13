package dev.culvert.natlab;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.ice.IceConfig;
import dev.culvert.ice.IceContext;
import dev.culvert.ice.IceDescription;
import dev.culvert.ice.IceEndpoint;
import dev.culvert.ice.Role;
import dev.culvert.ice.SelectedPair;
import dev.culvert.ice.StunServer;
import dev.culvert.ice.TurnCredentials;
import dev.culvert.ice.TurnServer;
import dev.culvert.transport.TransportException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A fresh endpoint with one context for each connection. */
final class CulvertEngine implements PeerEngine {
    private static final int MAX_WORD = 1_200;

    private @Nullable IceEndpoint endpoint;
    private @Nullable IceContext context;
    private long connectNanos;

    @Override
    public void warmUp() {
        IceContext.warmUp().join();
    }

    @Override
    public String gather(Servers servers, Duration timeout) throws FailedException {
        close();
        TurnCredentials user = new TurnCredentials(servers.username(), servers.password());
        try {
            IceEndpoint opened = IceEndpoint.open(IceConfig.builder()
                    .stunServers(servers.stun().stream().map(StunServer::parse).toList())
                    .turnServers(servers.turn().stream()
                            .map(uri -> TurnServer.parse(uri, user))
                            .toList())
                    .routerPorts(servers.routerPorts())
                    .relayOnly(servers.relayOnly())
                    .build());
            endpoint = opened;
            IceContext made = opened.openContext();
            context = made;
            return HexFormat.of().formatHex(made.gather(timeout).toBytes());
        } catch (TransportException e) {
            throw new FailedException(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Path connect(boolean controlling, Duration timeout, String description) throws FailedException {
        long start = System.nanoTime();
        IceDescription remote = IceDescription.fromBytes(HexFormat.of().parseHex(description));
        try {
            SelectedPair pair = current().connect(remote, controlling ? Role.CONTROLLING : Role.CONTROLLED, timeout);
            connectNanos = System.nanoTime() - start;
            return describe(pair);
        } catch (TransportException e) {
            throw new FailedException(String.valueOf(e.getMessage()));
        }
    }

    private Path describe(SelectedPair pair) {
        return new Path(
                pair.localType().token(), pair.remoteType().token(), pair.tier().name(), connectNanos);
    }

    @Override
    public Path path() {
        SelectedPair pair = current().selectedPair();
        if (pair == null) {
            throw new IllegalStateException("connect comes first");
        }
        return describe(pair);
    }

    @Override
    public int mtu() {
        return current().mtu();
    }

    @Override
    public String send(String word) {
        return current().send(ByteBuffer.wrap(word.getBytes(UTF_8))).name();
    }

    @Override
    public String receive(Duration timeout) throws InterruptedException {
        ByteBuffer word = ByteBuffer.allocate(MAX_WORD);
        int length = current().recvTimeout(word, timeout.toMillis());
        return length > 0 ? UTF_8.decode(word.flip()).toString() : "nothing";
    }

    private IceContext current() {
        if (context == null) {
            throw new IllegalStateException("gather comes first");
        }
        return context;
    }

    @Override
    public void close() {
        if (endpoint != null) {
            endpoint.close();
        }
    }
}
