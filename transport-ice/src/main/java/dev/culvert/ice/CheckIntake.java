package dev.culvert.ice;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.ice.internal.RecentRequests;
import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.ice4j.IceAgent;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one context lets through to its ICE agent: messages that are authentic with its keys, not too many, over a path
 * that no other context has, and not before its role is known. An agent that has not started takes itself for controlling; it would settle a conflict that
 * is none, and both sides could end up controlled. Keys may be set from any thread; the rest is the STUN thread's.
 */
final class CheckIntake {
    /** Checks kept until the agent starts: one for each pair of two sides with a handful of candidates. */
    private static final int MAX_EARLY = 64;

    /** A message with where it came in and from. */
    private record Check(EndpointSocket socket, InetSocketAddress from, StunMessage message) {}

    private final ContextAgent agent;
    private final DataPath data;
    private final SelectedPath path;
    private final OwnChecks checks;
    private final AlternativePaths alternatives;
    private final BirthdayPorts birthday;
    private final Consumer<EndpointSocket> onTaken;
    private final RecentRequests requests = new RecentRequests();
    private final List<Check> early = new ArrayList<>();
    private boolean started;
    private volatile byte @Nullable [] localKey;
    private volatile byte @Nullable [] remoteKey;

    /** @param onTaken told when the path over a socket is another context's */
    CheckIntake(
            ContextAgent agent,
            DataPath data,
            SelectedPath path,
            OwnChecks checks,
            AlternativePaths alternatives,
            BirthdayPorts birthday,
            Consumer<EndpointSocket> onTaken) {
        this.checks = checks;
        this.alternatives = alternatives;
        this.birthday = birthday;
        this.agent = agent;
        this.data = data;
        this.path = path;
        this.onTaken = onTaken;
    }

    void localKey(byte[] key) {
        localKey = key;
    }

    void remotePassword(String password) {
        remoteKey = password.getBytes(UTF_8);
    }

    /** Whether it was made with our password, as requests and indications to us are. */
    boolean isAuthenticRequest(StunMessage request) {
        byte[] key = localKey;
        return key != null && request.isAuthenticWith(key);
    }

    boolean isAuthenticResponse(StunMessage response) {
        byte[] key = remoteKey;
        return key != null && response.isAuthenticWith(key);
    }

    /** STUN thread: takes a message made with the keys of this context. */
    void accept(EndpointSocket socket, InetSocketAddress from, StunMessage message) {
        if (!admit(from, message) || (provesAddress(message) && !validate(socket, from, message.kind()))) {
            return;
        }
        if (isOurs(socket, from, message)) {
            return;
        }
        Check check = new Check(socket, from, message);
        if (started) {
            handToAgent(check);
        } else if (early.size() >= MAX_EARLY || !early.add(check)) {
            data.count(DropCause.STUN_BACKLOG);
        }
    }

    /** Whether the message was about consent over the path in use or about another path, and is dealt with. */
    private boolean isOurs(EndpointSocket socket, InetSocketAddress from, StunMessage message) {
        return switch (message.kind()) {
            case REQUEST -> path.answer(socket, from, message) || isOverAnother(socket, from, message);
            case SUCCESS ->
                message.isBindingSuccess() && (path.onAnswer(message.transactionId()) || checks.onAnswer(message));
            case ERROR -> path.onRefusal(message.transactionId(), message);
            case INDICATION -> false;
        };
    }

    private boolean isOverAnother(EndpointSocket socket, InetSocketAddress from, StunMessage request) {
        return path.isNominated()
                ? !path.isOver(socket, from) && alternatives.onRequest(socket, from, request)
                : birthday.onRequest(socket, from, request);
    }

    private boolean admit(InetSocketAddress from, StunMessage message) {
        if (message.kind() != StunMessage.Kind.REQUEST) {
            return true;
        }
        RecentRequests.Verdict verdict = requests.admit(message.transactionId(), from, System.nanoTime());
        if (verdict != RecentRequests.Verdict.ADMITTED) {
            data.count(
                    verdict == RecentRequests.Verdict.REPLAYED ? DropCause.STUN_REPLAYED : DropCause.TOO_MANY_REQUESTS);
        }
        return verdict == RecentRequests.Verdict.ADMITTED;
    }

    /**
     * Whether data is the peer's if it comes from where this message came from. An answer to our own check always shows
     * that. A request does only until a pair is nominated: later, one that was seen going by could be sent again from
     * anywhere.
     */
    private boolean provesAddress(StunMessage message) {
        return message.kind() != StunMessage.Kind.REQUEST || !path.isNominated();
    }

    /** A message over a path that is not ours stays unanswered, so that the peer does not take it for a working one. */
    private boolean validate(EndpointSocket socket, InetSocketAddress from, StunMessage.Kind kind) {
        ContextRoutes.Verdict verdict = agent.routes().validate(socket, from, kind != StunMessage.Kind.REQUEST);
        if (verdict == ContextRoutes.Verdict.TAKEN) {
            onTaken.accept(socket);
        } else if (verdict == ContextRoutes.Verdict.TOO_MANY) {
            data.count(DropCause.TOO_MANY_ROUTES);
        }
        return verdict == ContextRoutes.Verdict.OURS;
    }

    private void handToAgent(Check check) {
        IceAgent current = agent.current();
        byte[] message = check.message().coveredBytes();
        if (current != null
                && !current.receive(message, check.from(), check.socket().localAddress())) {
            data.count(DropCause.STUN_REFUSED);
        }
    }

    /** STUN thread: the agent's checks begin. */
    void begin() {
        requests.begin();
    }

    /** STUN thread: the agent has its role, so what came before goes to it now. */
    void start() {
        started = true;
        List<Check> kept = List.copyOf(early);
        early.clear();
        kept.forEach(this::handToAgent);
    }
}
