package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.culvert.ice.internal.StunWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whose ports are guessed, and what ends that. Nothing leaves for the peers here: a socket on loopback can not send to
 * their public addresses, and each try is counted. The laboratory of NATs shows whether ports are hit.
 */
@Timeout(30)
class BirthdayPortsTest {
    /** The servers see the socket's own address, as if there were no NAT. */
    private static final FakeStunServer.Answer NO_NAT =
            (request, from) -> new StunWriter(StunWriter.BINDING_SUCCESS, StunWriter.idOf(request))
                    .xorMapped(from)
                    .bytes();

    private static final NatProfile SYMMETRIC = NatProfile.dependent(List.of(1_100, 61_000));

    /** More than ordinary checks of one candidate come to. */
    private static final int MANY = 50;

    private static IceCandidate seenAt(String address, int port) {
        return new IceCandidate(
                "s" + port,
                1_000,
                new InetSocketAddress(address, port),
                CandidateType.SERVER_REFLEXIVE,
                new InetSocketAddress("10.1.0.2", port));
    }

    private static IceCandidate at(String address, CandidateType type) {
        return new IceCandidate("h1", 2_000, new InetSocketAddress(address, 5_000), type, null);
    }

    /** A context that has nobody to answer its checks. */
    private static IceContext callsInVain(IceEndpoint endpoint, String address) {
        IceContext context = endpoint.openContext();
        context.gather(LoopbackPair.TIMEOUT);
        IceDescription peer =
                new IceDescription("peer1", "p".repeat(24), List.of(seenAt(address, 5_000)), true, SYMMETRIC);
        var unused = context.connectAsync(peer, Role.CONTROLLING, Duration.ofSeconds(60));
        return context;
    }

    private static void awaitGuesses(IceContext context) {
        Eventually.holds(
                () -> context.stats().drops(DropCause.SEND_UNREACHABLE) + " tries",
                () -> context.stats().drops(DropCause.SEND_UNREACHABLE) > MANY);
    }

    @Test
    void shouldLetTheNextContextGuessWhenTheFirstIsClosed() throws IOException {
        try (FakeStunServer server = new FakeStunServer(NO_NAT);
                IceEndpoint endpoint = IceEndpoint.open(IceConfig.builder()
                        .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                        .stunServers(List.of(server.address()))
                        .build())) {
            IceContext first = callsInVain(endpoint, "203.0.113.9");
            awaitGuesses(first);

            first.close();

            awaitGuesses(callsInVain(endpoint, "203.0.113.10"));
        }
    }

    @Test
    void shouldGuessPortsOfPublicAddressesOnly() throws IOException {
        List<IceCandidate> all = List.of(
                at("10.1.0.2", CandidateType.HOST),
                at("192.168.1.2", CandidateType.HOST),
                seenAt("100.64.0.7", 5_000),
                at("127.0.0.1", CandidateType.HOST),
                at("203.0.113.20", CandidateType.RELAYED),
                at("2001:db8::1", CandidateType.HOST),
                seenAt("203.0.113.9", 5_000));

        assertEquals(
                List.of(new InetSocketAddress("203.0.113.9", 5_000)),
                BirthdayPorts.publicAddresses(all, InetAddress.getByName("10.2.0.2")));
    }
}
