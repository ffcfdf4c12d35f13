package dev.culvert.bench;

import dev.culvert.ice.CandidateType;
import dev.culvert.ice.IceCandidate;
import dev.culvert.ice.IceDescription;
import dev.culvert.peer.SignalAccess;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a peer publishes to be connected to: eight candidates of a host with two networks, in the form in which a session
 * seals them. Stateless.
 */
final class CandidateRecord {
    static final int CANDIDATES = 8;

    private static final IceDescription DESCRIPTION = new IceDescription(
            "aB3dE6gH",
            "aB3dE6gH9jK2mN5pQ8sT1vW4",
            List.of(
                    candidate("1", 2130706431, "192.168.178.23", CandidateType.HOST, null),
                    candidate("2", 2130706175, "10.8.0.6", CandidateType.HOST, null),
                    candidate("3", 2130706430, "2001:db8:4d1a:7f00:3c5e:91ff:fe20:8b13", CandidateType.HOST, null),
                    candidate("4", 2130706174, "fd42:6e1:93b0:11::6", CandidateType.HOST, null),
                    candidate("5", 1694498815, "203.0.113.77", CandidateType.SERVER_REFLEXIVE, "192.168.178.23"),
                    candidate("6", 1694498559, "198.51.100.9", CandidateType.SERVER_REFLEXIVE, "10.8.0.6"),
                    candidate("7", 16777215, "192.0.2.141", CandidateType.RELAYED, "203.0.113.77"),
                    candidate("8", 16776959, "2001:db8:90:2::41", CandidateType.RELAYED, "2001:db8:4d1a:7f00::23")));

    private static final byte[] SESSION_KEY = new byte[32];

    private CandidateRecord() {}

    private static IceCandidate candidate(
            String foundation, long priority, String address, CandidateType type, @Nullable String related) {
        return new IceCandidate(
                foundation,
                priority,
                socket(address, 50_000 + foundation.charAt(0)),
                type,
                related == null ? null : socket(related, 51_000 + foundation.charAt(0)));
    }

    @SuppressWarnings("AddressSelection") // a literal has one address
    private static InetSocketAddress socket(String literal, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByName(literal), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The bytes to be sealed. */
    static byte[] payload() {
        return SignalAccess.offer(SESSION_KEY, DESCRIPTION.toBytes());
    }

    /** Decodes such bytes, and checks that nothing of them was lost. */
    static void check(byte[] payload) {
        IceDescription decoded = IceDescription.fromBytes(SignalAccess.description(payload));
        if (decoded.candidates().size() != CANDIDATES) {
            throw new IllegalStateException(decoded.candidates().size() + " candidates of " + CANDIDATES);
        }
    }
}
