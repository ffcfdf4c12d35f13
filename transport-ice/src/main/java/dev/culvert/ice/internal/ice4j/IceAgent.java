package dev.culvert.ice.internal.ice4j;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.ice.CandidateType;
import dev.culvert.ice.IceCandidate;
import dev.culvert.ice.IceDescription;
import dev.culvert.ice.SelectedPair;
import dev.culvert.ice.internal.BindingMessages;
import dev.culvert.ice.internal.ReflexiveDiscovery.Mapping;
import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.TransactionId;
import java.beans.PropertyChangeEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.ice4j.StunException;
import org.ice4j.Transport;
import org.ice4j.TransportAddress;
import org.ice4j.ice.Agent;
import org.ice4j.ice.CandidateExtendedType;
import org.ice4j.ice.CandidatePair;
import org.ice4j.ice.CandidatePairState;
import org.ice4j.ice.CheckLists;
import org.ice4j.ice.Component;
import org.ice4j.ice.HostCandidate;
import org.ice4j.ice.IceMediaStream;
import org.ice4j.ice.IceProcessingState;
import org.ice4j.ice.KeepAliveStrategy;
import org.ice4j.ice.LocalCandidate;
import org.ice4j.ice.NominationStrategy;
import org.ice4j.ice.RemoteCandidate;
import org.ice4j.ice.ServerReflexiveCandidate;
import org.jspecify.annotations.Nullable;

/**
 * One context's ice4j agent with one stream and one component, in Culvert's terms. Has no thread or socket: checks are
 * paced and repeated by ice4j's shared pools, input comes through {@link #receive}. Must be ended by {@link #free}.
 */
public final class IceAgent {
    private static final String STREAM = "culvert";

    /** RFC 8445 section 14.2: checks at least 5 ms apart. ice4j waits 20 by default. */
    private static final long TA_MILLIS = 5;

    /**
     * Negative but not -1 (which stands for the default): a pace maker that missed its cancel then ends at its next
     * tick instead of ticking, and pinning its agent, for ever.
     */
    private static final long TA_ENDED = -2;

    static {
        Ice4jSettings.apply();
        BridgeSelfTest.run();
    }

    /** Carries the agent's messages and hears of its progress, on threads of ice4j or the caller's of {@link #receive}. */
    public interface Listener {
        /** Sends a STUN message; throws if it can not leave. */
        void send(byte[] message, InetSocketAddress local, InetSocketAddress remote) throws IOException;

        /** A pair was checked both ways: it can carry data until one is nominated (RFC 8445 section 12.1). */
        void onValid(SelectedPair pair);

        /** A pair was nominated and confirmed. */
        void onNominated(SelectedPair pair);

        /** Every pair there is has failed; another may still come. */
        void onExhausted();
    }

    private static final int ROLE_CONFLICT = 487;

    private final Listener listener;
    private final MuxAgent agent;
    private final IceMediaStream stream;
    private final Component component;
    private final AtomicReference<@Nullable CandidatePair> relayedPair = new AtomicReference<>();
    private boolean checkedAsControlling; // STUN thread only

    /**
     * An agent with a host candidate for each socket.
     *
     * @param sockets local addresses of the endpoint's sockets
     */
    public IceAgent(List<InetSocketAddress> sockets, Listener listener) {
        this.listener = listener;
        agent = new MuxAgent((message, local, remote) -> listener.send(message, plain(local), plain(remote)));
        agent.setTa(TA_MILLIS);
        agent.setNominationStrategy(NominationStrategy.NONE); // ours: ice4j's with relays needs a thread for each agent
        agent.addCandidateHarvester(new SharedSocketHarvester(sockets));
        stream = agent.createMediaStream(STREAM);
        try {
            component = agent.createComponent(stream, KeepAliveStrategy.SELECTED_ONLY, false);
        } catch (IOException | RuntimeException e) {
            free();
            throw new IllegalStateException("ice4j took no candidates from open sockets", e);
        }
        agent.addStateChangeListener(this::onAgentState);
        stream.addPairChangeListener(this::onPairChange);
    }

    private void onAgentState(PropertyChangeEvent event) {
        CandidatePair pair = component.getSelectedPair();
        if (event.getNewValue() == IceProcessingState.COMPLETED && pair != null) {
            CheckLists.keepNoneAlive(component);
            listener.onNominated(describe(pair));
        }
    }

    private void onPairChange(PropertyChangeEvent event) {
        if (IceMediaStream.PROPERTY_PAIR_VALIDATED.equals(event.getPropertyName())) {
            CandidatePair pair = (CandidatePair) event.getSource();
            SelectedPair described = describe(pair);
            listener.onValid(described);
            if (described.isRelayed()) {
                relayedPair.compareAndSet(null, pair);
            } else {
                nominate(pair);
            }
        } else if (event.getNewValue() == CandidatePairState.FAILED && isExhausted()) {
            listener.onExhausted();
        }
    }

    /**
     * Settles on a pair that works with a relay at one end: no direct one has come up in time. Without effect if there is
     * none, one is nominated already, or the peer is the one to nominate.
     */
    public void nominateRelayed() {
        CandidatePair pair = relayedPair.get();
        if (pair != null) {
            nominate(pair);
        }
    }

    private void nominate(CandidatePair pair) {
        if (agent.isControlling()) {
            try {
                agent.nominate(pair);
            } catch (IllegalStateException e) {
                // The role has changed meanwhile: the peer nominates.
            }
        }
    }

    /** Whether no pair has worked and none is left to check. */
    public boolean isExhausted() {
        return CheckLists.isExhausted(stream);
    }

    private static SelectedPair describe(CandidatePair pair) {
        LocalCandidate local = pair.getLocalCandidate();
        // The pair may name a reflexive candidate; datagrams leave from its base.
        LocalCandidate base = local.getBase() == null ? local : local.getBase();
        RemoteCandidate remote = pair.getRemoteCandidate();
        // What a peer saw of a relay is as relayed as what the server calls it.
        boolean relayed = base.getType() == org.ice4j.ice.CandidateType.RELAYED_CANDIDATE;
        LocalCandidate named = relayed ? base : local;
        return new SelectedPair(
                typeOf(named.getType()),
                plain(named.getTransportAddress()),
                plain(base.getTransportAddress()),
                typeOf(remote.getType()),
                plain(remote.getTransportAddress()));
    }

    /** ice4j's own address class has an equals of its own; ours must not meet it in maps. */
    private static InetSocketAddress plain(TransportAddress address) {
        return new InetSocketAddress(address.getAddress(), address.getPort());
    }

    /** Loads the bridge and ice4j now, so that the first agent needs not wait for it. */
    public static void load() {
        // The static initialiser has done it.
    }

    private static CandidateType typeOf(org.ice4j.ice.CandidateType type) {
        return switch (type) {
            case HOST_CANDIDATE, LOCAL_CANDIDATE -> CandidateType.HOST;
            case SERVER_REFLEXIVE_CANDIDATE, STUN_CANDIDATE -> CandidateType.SERVER_REFLEXIVE;
            case PEER_REFLEXIVE_CANDIDATE -> CandidateType.PEER_REFLEXIVE;
            case RELAYED_CANDIDATE -> CandidateType.RELAYED;
        };
    }

    private static org.ice4j.ice.CandidateType typeOf(CandidateType type) {
        return switch (type) {
            case HOST -> org.ice4j.ice.CandidateType.HOST_CANDIDATE;
            case SERVER_REFLEXIVE -> org.ice4j.ice.CandidateType.SERVER_REFLEXIVE_CANDIDATE;
            case PEER_REFLEXIVE -> org.ice4j.ice.CandidateType.PEER_REFLEXIVE_CANDIDATE;
            case RELAYED -> org.ice4j.ice.CandidateType.RELAYED_CANDIDATE;
        };
    }

    /** Names this agent in the USERNAME of requests to it. */
    public String ufrag() {
        return agent.getLocalUfrag();
    }

    /** The key of integrity checks towards this agent. */
    public byte[] integrityKey() {
        return agent.getLocalPassword().getBytes(UTF_8);
    }

    /** Adds a server-reflexive candidate; ignored when its socket is not one of ours or it adds nothing. */
    public void addReflexive(Mapping mapping) {
        base(mapping.local())
                .ifPresent(host -> component.addLocalCandidate(new ServerReflexiveCandidate(
                        udp(mapping.reflexive()),
                        host,
                        udp(mapping.server()),
                        CandidateExtendedType.STUN_SERVER_REFLEXIVE_CANDIDATE)));
    }

    private Optional<HostCandidate> base(InetSocketAddress local) {
        return component.getLocalCandidates().stream()
                .filter(HostCandidate.class::isInstance)
                .map(HostCandidate.class::cast)
                .filter(host -> plain(host.getTransportAddress()).equals(local))
                .findFirst();
    }

    private static TransportAddress udp(InetSocketAddress address) {
        return new TransportAddress(address, Transport.UDP);
    }

    /**
     * Adds a relayed candidate, and checks from it if checks have begun.
     *
     * @param relay its address, which the listener is given to send from
     */
    public void addRelayed(InetSocketAddress relay, InetSocketAddress server) {
        LocalCandidate candidate = new RelayCandidate(udp(relay), udp(server), component);
        if (component.addLocalCandidate(candidate)) {
            CheckLists.pair(component, candidate);
        }
    }

    /** What to tell the peer; {@code complete} says whether more may follow. */
    public IceDescription describeLocal(boolean complete) {
        List<IceCandidate> candidates = component.getLocalCandidates().stream()
                .limit(IceDescription.MAX_CANDIDATES)
                .map(IceAgent::describe)
                .toList();
        return new IceDescription(agent.getLocalUfrag(), agent.getLocalPassword(), candidates, complete);
    }

    private static IceCandidate describe(LocalCandidate candidate) {
        CandidateType type = typeOf(candidate.getType());
        // A relay's would be an address of ours, which a peer behind it has no need of.
        boolean hasRelated = type == CandidateType.SERVER_REFLEXIVE || type == CandidateType.PEER_REFLEXIVE;
        TransportAddress related = hasRelated ? candidate.getRelatedAddress() : null;
        return new IceCandidate(
                candidate.getFoundation(),
                candidate.getPriority(),
                plain(candidate.getTransportAddress()),
                type,
                related == null ? null : plain(related));
    }

    /** Starts the connectivity checks. */
    public void start(IceDescription remote, boolean controlling) {
        agent.setControlling(controlling);
        stream.setRemoteUfrag(remote.ufrag());
        stream.setRemotePassword(remote.password());
        remote.candidates().forEach(candidate -> component.addRemoteCandidate(toIce4j(candidate)));
        agent.startConnectivityEstablishment();
    }

    private RemoteCandidate toIce4j(IceCandidate candidate) {
        return new RemoteCandidate(
                udp(candidate.address()),
                component,
                typeOf(candidate.type()),
                candidate.foundation(),
                candidate.priority(),
                null);
    }

    /** Checks a candidate of the peer that came after {@link #start}; without effect once a pair is nominated. */
    public void addRemote(IceCandidate candidate) {
        component.addUpdateRemoteCandidates(toIce4j(candidate));
        component.updateRemoteCandidates();
    }

    /** Adds a host candidate for a socket that was opened after {@link #start}, and checks from it. */
    public IceCandidate addHost(InetSocketAddress socket) {
        HostCandidate candidate = new HostCandidate(new TransportAddress(socket, Transport.UDP), component);
        component.addLocalCandidate(candidate);
        CheckLists.pair(component, candidate);
        return describe(candidate);
    }

    /**
     * Handles a message whose integrity the caller has verified.
     *
     * @return false if ice4j could not decode it or refused it
     */
    public boolean receive(byte[] message, InetSocketAddress from, InetSocketAddress local) {
        try {
            agent.muxStack().receive(message, udp(from), udp(local));
            return true;
        } catch (StunException | RuntimeException e) {
            return false;
        }
    }

    /** Whether nominating is up to us. */
    public boolean isControlling() {
        return agent.isControlling();
    }

    /** Asks the peer over a pair that works whether it is still there. The answer is the caller's, not ice4j's. */
    public void check(SelectedPair pair, TransactionId id) {
        check(pair.base(), pair.remoteAddress(), id, false);
    }

    /**
     * Checks any path. The answer is the caller's, not ice4j's.
     *
     * @param nominating whether to tell the peer that the path is the one to use; without effect if we are controlled
     */
    public void check(InetSocketAddress base, InetSocketAddress remote, TransactionId id, boolean nominating) {
        checkedAsControlling = agent.isControlling();
        BindingMessages.Credentials credentials = new BindingMessages.Credentials(
                stream.getRemoteUfrag() + ":" + agent.getLocalUfrag(),
                checkedAsControlling,
                agent.getTieBreaker(),
                stream.getRemotePassword().getBytes(UTF_8));
        boolean nominates = nominating && checkedAsControlling;
        send(
                nominates ? BindingMessages.nomination(id, credentials) : BindingMessages.check(id, credentials),
                base,
                remote);
    }

    /** Whether this is the ufrag of the side that we are with. */
    public boolean isPeer(@Nullable String ufrag) {
        return ufrag != null && ufrag.equals(stream.getRemoteUfrag());
    }

    /** Tells the peer over a pair that works that we have closed. */
    public void sayGoodbye(SelectedPair pair, TransactionId id) {
        byte[] goodbye = BindingMessages.goodbye(
                id,
                stream.getRemoteUfrag() + ":" + agent.getLocalUfrag(),
                stream.getRemotePassword().getBytes(UTF_8));
        send(goodbye, pair.base(), pair.remoteAddress());
    }

    /** The last {@link #check} was refused: if over the roles, ours is the other one (RFC 8445 section 7.2.5.1). */
    public void onRefusal(StunMessage refusal) {
        if (refusal.errorCode() == ROLE_CONFLICT) {
            agent.setControlling(!checkedAsControlling);
        }
    }

    /**
     * Answers the peer's check over the pair that works, without ice4j: it has nothing to learn from it.
     *
     * @return false if there is more to the check than an answer, so that it is for {@link #receive}
     */
    public boolean answer(SelectedPair pair, StunMessage check) {
        boolean ours = agent.isResting() || check.isPlainCheck(agent.isControlling());
        return ours && answer(pair.base(), pair.remoteAddress(), check);
    }

    /** The same over any path, and whether or not the check nominates it. */
    public boolean answer(InetSocketAddress base, InetSocketAddress from, StunMessage check) {
        if (!check.isCheck(agent.isControlling())) {
            return false;
        }
        send(BindingMessages.answer(check.transactionId(), from, integrityKey()), base, from);
        return true;
    }

    private void send(byte[] message, InetSocketAddress base, InetSocketAddress remote) {
        try {
            listener.send(message, base, remote);
        } catch (IOException e) {
            // Like one that is lost on its way; whoever sends has counted it.
        }
    }

    /** The path was found without ice4j, which has nothing to learn any more: its checks are to take no time. */
    public void rest() {
        agent.rest();
    }

    /** Ends the agent: its checks, transactions and timers. Idempotent. Not to be called on one of ice4j's threads. */
    public void free() {
        agent.setTa(TA_ENDED);
        agent.free();
    }

    /** For the self test: sends a STUN indication through the agent's stack. */
    static void sendIndication(Agent agent, TransportAddress local, TransportAddress remote) throws StunException {
        agent.getStunStack().sendIndication(org.ice4j.message.MessageFactory.createBindingIndication(), remote, local);
    }
}
