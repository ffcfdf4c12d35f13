package dev.culvert.bench;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.ice4j.ice.Agent;
import org.ice4j.ice.Component;
import org.ice4j.ice.IceMediaStream;
import org.ice4j.ice.IceProcessingState;
import org.ice4j.ice.KeepAliveStrategy;
import org.ice4j.ice.LocalCandidate;
import org.ice4j.ice.RemoteCandidate;

/**
 * The baseline: two agents of stock ice4j as an app would use them, with one stream and one component each and all at
 * its defaults (Ta of 20 ms, its own host harvester and component socket), but for {@link #options}: the one local
 * address that Culvert has too (its log is quiet as Culvert's is, by {@link QuietLogging}), and no search for Amazon's network, which would cost it a second at first.
 *
 * <p>Timed as connect: from both sides' candidates and credentials being known until both agents are COMPLETED. Timed as
 * cycle: making both agents (their sockets, candidates), connecting, a message each way received, {@code free()} of
 * both. Not timed: {@code setTa(-2)} before {@code free()}, without which agents tick for ever and slow the rest.
 */
final class PlainIce4jPair implements PeerPair {
    private static final int FIRST_PORT = 10_000;
    private static final int LAST_PORT = 60_000;
    private static final int TIMEOUT_MILLIS = 10_000;

    private int port = FIRST_PORT;

    /** For the JVM that runs it. */
    static List<String> options(InetAddress address, boolean aws) {
        return List.of(
                "-Dorg.ice4j.ice.harvest.ALLOWED_ADDRESSES=" + address.getHostAddress(),
                "-Dice4j.harvest.mapping.aws.enabled=" + aws);
    }

    private final class Side {
        private final Agent agent = new Agent();
        private final IceMediaStream stream = agent.createMediaStream("data");
        private final Component component;
        private final CompletableFuture<Void> connected = new CompletableFuture<>();

        Side() throws IOException {
            port = port >= LAST_PORT ? FIRST_PORT : port + 1;
            component = agent.createComponent(stream, port, port, LAST_PORT + 1_000, KeepAliveStrategy.SELECTED_ONLY);
            if (component.getLocalCandidateCount() != 1) {
                throw new IllegalStateException("Not one candidate but " + component.getLocalCandidates());
            }
            agent.addStateChangeListener(event -> {
                if (event.getNewValue() == IceProcessingState.COMPLETED) {
                    connected.complete(null);
                } else if (event.getNewValue() == IceProcessingState.FAILED) {
                    connected.completeExceptionally(new IllegalStateException("Plain ice4j did not connect"));
                }
            });
        }

        void start(Side remote, boolean controlling) {
            agent.setControlling(controlling);
            stream.setRemoteUfrag(remote.agent.getLocalUfrag());
            stream.setRemotePassword(remote.agent.getLocalPassword());
            for (LocalCandidate candidate : remote.component.getLocalCandidates()) {
                component.addRemoteCandidate(new RemoteCandidate(
                        candidate.getTransportAddress(),
                        component,
                        candidate.getType(),
                        candidate.getFoundation(),
                        candidate.getPriority(),
                        null));
            }
            agent.startConnectivityEstablishment();
        }
    }

    private static double connect(Side a, Side b) throws InterruptedException, ExecutionException, TimeoutException {
        long start = System.nanoTime();
        b.start(a, false);
        a.start(b, true);
        a.connected.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        b.connected.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        return (System.nanoTime() - start) / 1e6;
    }

    private static void pass(Side from, Side to) throws IOException {
        to.component.getSocket().setSoTimeout(TIMEOUT_MILLIS);
        from.component.send(MESSAGE, 0, MESSAGE.length);
        DatagramPacket packet = new DatagramPacket(new byte[1_500], 1_500);
        to.component.getSocket().receive(packet);
        if (packet.getLength() != MESSAGE.length) {
            throw new IllegalStateException("Received " + packet.getLength() + " bytes");
        }
    }

    @Override
    public Cycle cycle() throws Exception {
        long start = System.nanoTime();
        Side a = new Side();
        Side b = new Side();
        long pause;
        long resume;
        double connectMillis;
        try {
            connectMillis = connect(a, b);
            pass(a, b);
            pass(b, a);
        } finally {
            pause = System.nanoTime();
            a.agent.setTa(-2);
            b.agent.setTa(-2);
            resume = System.nanoTime();
            a.agent.free();
            b.agent.free();
        }
        return new Cycle(connectMillis, (System.nanoTime() - start - (resume - pause)) / 1e6);
    }

    @Override
    public void first() throws Exception {
        Side a = new Side();
        Side b = new Side();
        connect(a, b);
        pass(a, b);
    }

    @Override
    public void close() {
        // Nothing outlives a cycle.
    }
}
