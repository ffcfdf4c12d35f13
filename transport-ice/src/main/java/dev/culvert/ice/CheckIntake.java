package dev.culvert.ice;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.ice.internal.RecentRequests;
import dev.culvert.ice.internal.StunMessage;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one context lets through to its ICE agent: messages that are authentic with its keys, not too many, and not
 * before its role is known. An agent that has not started takes itself for controlling; it would settle a conflict that
 * is none, and both sides could end up controlled. Keys may be set from any thread; the rest is the STUN thread's.
 */
final class CheckIntake {
    /** Checks kept until the agent starts: one for each pair of two sides with a handful of candidates. */
    private static final int MAX_EARLY = 64;

    /** A message with where it came in and from. */
    record Check(EndpointSocket socket, InetSocketAddress from, StunMessage message) {}

    private final RecentRequests requests = new RecentRequests();
    private final List<Check> early = new ArrayList<>();
    private boolean started;
    private volatile byte @Nullable [] localKey;
    private volatile byte @Nullable [] remoteKey;

    void localKey(byte[] key) {
        localKey = key;
    }

    void remotePassword(String password) {
        remoteKey = password.getBytes(UTF_8);
    }

    boolean isAuthenticRequest(StunMessage request) {
        byte[] key = localKey;
        return key != null && request.isAuthenticWith(key);
    }

    boolean isAuthenticResponse(StunMessage response) {
        byte[] key = remoteKey;
        return key != null && response.isAuthenticWith(key);
    }

    /** Whether the agent may be given this message of the peer. */
    RecentRequests.Verdict admit(StunMessage message, InetSocketAddress from) {
        return message.kind() == StunMessage.Kind.REQUEST
                ? requests.admit(message.transactionId(), from, System.nanoTime())
                : RecentRequests.Verdict.ADMITTED;
    }

    boolean isStarted() {
        return started;
    }

    /** Keeps a check for {@link #start}; false if there are too many. */
    boolean keepEarly(Check check) {
        return early.size() < MAX_EARLY && early.add(check);
    }

    /** The agent's checks begin. */
    void begin() {
        requests.begin();
    }

    /** The agent has its role: what came before goes to it now. */
    List<Check> start() {
        started = true;
        List<Check> kept = List.copyOf(early);
        early.clear();
        return kept;
    }
}
