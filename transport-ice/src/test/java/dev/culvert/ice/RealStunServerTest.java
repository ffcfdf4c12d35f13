package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.TIMEOUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Discovery against coturn. Without the program (Debian: package coturn) the tests are skipped, unless
 * CULVERT_REQUIRE_TOOLS=1 says that it must be there.
 */
@Timeout(60)
class RealStunServerTest {
    private static Turnserver server;

    @BeforeAll
    static void start() throws Exception {
        server = Turnserver.start(Turnserver.require());
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    /** A silent server alone takes 3.75 s, so anything well below proves that this one answered. */
    private static void assertSettlesWithin(long millis, StunServer... servers) {
        IceConfig config = IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .stunServers(List.of(servers))
                .build();
        try (LogCapture log = new LogCapture(ReflexiveProber.class);
                IceEndpoint endpoint = IceEndpoint.open(config)) {
            long start = System.nanoTime();
            IceDescription description = endpoint.openContext().gather(TIMEOUT);
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

            System.out.printf("discovery with %d server(s): %d ms%n", servers.length, took);
            assertTrue(took < millis, "took " + took + " ms");
            // Without a NAT the server sees the local address: nothing to add to the host candidate.
            assertEquals(1, description.candidates().size());
            assertEquals(0L, endpoint.drops().getOrDefault(DropCause.STUN_SERVER_UNHELPFUL, 0L));
            assertFalse(log.has(server.address().toString()), () -> "logged: " + log.lines());
        }
    }

    @Test
    void shouldSettleAtOnce() {
        assertSettlesWithin(1_500, server.address());
    }

    @Test
    void shouldSettleSoonWithADeadServerBesideIt() throws Exception {
        try (FakeStunServer dead = new FakeStunServer(FakeStunServer.SILENCE)) {
            assertSettlesWithin(2_500, dead.address(), server.address());
            assertTrue(dead.requests() > 0, "the dead server was not asked");
        }
    }
}
