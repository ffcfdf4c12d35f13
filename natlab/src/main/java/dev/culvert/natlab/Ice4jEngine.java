package dev.culvert.natlab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.ice4j.Transport;
import org.ice4j.TransportAddress;
import org.ice4j.ice.Agent;
import org.ice4j.ice.CandidatePair;
import org.ice4j.ice.CandidateType;
import org.ice4j.ice.Component;
import org.ice4j.ice.IceMediaStream;
import org.ice4j.ice.IceProcessingState;
import org.ice4j.ice.KeepAliveStrategy;
import org.ice4j.ice.LocalCandidate;
import org.ice4j.ice.RemoteCandidate;
import org.ice4j.ice.harvest.StunCandidateHarvester;
import org.ice4j.ice.harvest.TurnCandidateHarvester;
import org.ice4j.security.LongTermCredential;
import org.jspecify.annotations.Nullable;

/**
 * A rival: stock ice4j as an app without Culvert would use it, with its own harvesters and sockets, all at its defaults
 * but for the search for Amazon's network, which would cost a second at first, and its log. Connected is the first valid
 * pair: from then on its {@code Component.send} works, though nomination may still be to come.
 */
final class Ice4jEngine implements PeerEngine {
    private static final int FIRST_PORT = 10_000;
    private static final int LAST_PORT = 60_000;
    private static final int MAX_WORD = 1_200;

    // Held here: the log manager itself would let go of it, and of its level.
    private final Logger log = Logger.getLogger("");

    private int port = FIRST_PORT;
    private @Nullable Agent agent;
    private @Nullable IceMediaStream stream;
    private @Nullable Component component;
    private CompletableFuture<CandidatePair> valid = new CompletableFuture<>();

    Ice4jEngine() {
        log.setLevel(Level.OFF);
    }

    /** Its classes are loaded by the first connections, which are not measured. */
    @Override
    public void warmUp() {}

    @Override
    public String gather(Servers servers, Duration timeout) throws FailedException {
        close();
        Agent made = new Agent();
        agent = made;
        for (String server : servers.stun()) {
            made.addCandidateHarvester(new StunCandidateHarvester(address(server, Transport.UDP)));
        }
        LongTermCredential user = new LongTermCredential(servers.username(), servers.password());
        for (String uri : servers.turn()) {
            Transport transport = uri.endsWith("transport=tcp") ? Transport.TCP : Transport.UDP;
            String server = uri.substring("turn:".length()).replaceAll("\\?.*", "");
            made.addCandidateHarvester(new TurnCandidateHarvester(address(server, transport), user));
        }
        IceMediaStream data = made.createMediaStream("data");
        stream = data;
        CompletableFuture<CandidatePair> first = new CompletableFuture<>();
        valid = first;
        data.addPairChangeListener(event -> {
            if (event.getPropertyName().equals(IceMediaStream.PROPERTY_PAIR_VALIDATED)) {
                first.complete((CandidatePair) event.getSource());
            }
        });
        made.addStateChangeListener(event -> {
            if (event.getNewValue() == IceProcessingState.FAILED) {
                first.completeExceptionally(new IOException("ice4j has no pair left"));
            }
        });
        try {
            port = port >= LAST_PORT ? FIRST_PORT : port + 1;
            component = made.createComponent(data, port, port, LAST_PORT + 1_000, KeepAliveStrategy.SELECTED_ONLY);
        } catch (IOException | IllegalArgumentException e) {
            throw new FailedException("ice4j has no component: " + e);
        }
        return HexFormat.of().formatHex(describe(made, component).getBytes(UTF_8));
    }

    private static TransportAddress address(String server, Transport transport) {
        int colon = server.lastIndexOf(':');
        return new TransportAddress(
                server.substring(0, colon), Integer.parseInt(server.substring(colon + 1)), transport);
    }

    private static String describe(Agent agent, Component component) {
        StringBuilder text = new StringBuilder(agent.getLocalUfrag() + " " + agent.getLocalPassword());
        for (LocalCandidate candidate : component.getLocalCandidates()) {
            TransportAddress at = candidate.getTransportAddress();
            text.append('\n')
                    .append(String.join(
                            " ",
                            at.getHostAddress(),
                            String.valueOf(at.getPort()),
                            candidate.getType().toString(),
                            candidate.getFoundation(),
                            String.valueOf(candidate.getPriority())));
        }
        return text.toString();
    }

    @Override
    public Path connect(boolean controlling, Duration timeout, String description) throws FailedException {
        long start = System.nanoTime();
        Agent current = made(agent);
        String[] lines = new String(HexFormat.of().parseHex(description), UTF_8).split("\n", -1);
        String[] keys = lines[0].split(" ", -1);
        current.setControlling(controlling);
        made(stream).setRemoteUfrag(keys[0]);
        made(stream).setRemotePassword(keys[1]);
        for (int i = 1; i < lines.length; i++) {
            addRemote(made(component), lines[i].split(" ", -1));
        }
        current.startConnectivityEstablishment();
        try {
            CandidatePair pair = valid.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            long nanos = System.nanoTime() - start;
            String local = pair.getLocalCandidate().getType().toString();
            String remote = pair.getRemoteCandidate().getType().toString();
            return new Path(local, remote, tier(local, remote), nanos);
        } catch (TimeoutException e) {
            throw new FailedException("ice4j has no pair within " + timeout);
        } catch (ExecutionException e) {
            throw new FailedException(String.valueOf(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FailedException("interrupted");
        }
    }

    private static void addRemote(Component component, String[] words) {
        TransportAddress at = new TransportAddress(words[0], Integer.parseInt(words[1]), Transport.UDP);
        component.addRemoteCandidate(new RemoteCandidate(
                at, component, CandidateType.parse(words[2]), words[3], Long.parseLong(words[4]), null));
    }

    private static String tier(String local, String remote) {
        if (local.startsWith("relay") || remote.startsWith("relay")) {
            return "RELAY";
        }
        return local.equals("host") && remote.equals("host") ? "DIRECT" : "ICE";
    }

    @Override
    public String send(String word) {
        byte[] bytes = word.getBytes(UTF_8);
        try {
            made(component).send(bytes, 0, bytes.length);
            return "SENT";
        } catch (IOException e) {
            return "FAILED";
        }
    }

    @Override
    public String receive(Duration timeout) {
        try {
            made(component).getSocket().setSoTimeout((int) timeout.toMillis());
            DatagramPacket packet = new DatagramPacket(new byte[MAX_WORD], MAX_WORD);
            made(component).getSocket().receive(packet);
            return new String(packet.getData(), packet.getOffset(), packet.getLength(), UTF_8);
        } catch (SocketTimeoutException e) {
            return "nothing";
        } catch (IOException e) {
            throw new IllegalStateException("ice4j can not receive", e);
        }
    }

    private static <T> T made(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("gather comes first");
        }
        return part;
    }

    @Override
    public void close() {
        if (agent != null) {
            agent.setTa(-2); // or it would tick for ever, and slow the next ones
            agent.free();
        }
    }
}
