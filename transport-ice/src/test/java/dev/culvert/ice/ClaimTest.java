package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.LOOPBACK;
import static dev.culvert.ice.LoopbackPair.TIMEOUT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.internal.ConsentMonitor.Consent;
import dev.culvert.ice.internal.StunWriter;
import dev.culvert.transport.ConnectionState;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whose an address is when two contexts lay claim to it, one of them perhaps with a forged sender. */
@Timeout(60)
class ClaimTest {
    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.1", 4_000);
    private static final long EARLY = Claim.UNCONFIRMED.toNanos() - 1;
    private static final long LATE = Claim.UNCONFIRMED.toNanos();

    private final IceEndpoint near = IceEndpoint.open(LOOPBACK);
    private final IceContext first = near.openContext();
    private final IceContext second = near.openContext();
    private final EndpointSocket socket = near.socket(near.localAddresses().get(0));

    @AfterEach
    void close() {
        near.close();
    }

    @Test
    void shouldKeepAnAnsweredAddressForGood() {
        assertTrue(socket.claim(PEER, first, true, 0));

        assertFalse(socket.claim(PEER, second, true, 100 * LATE));
        assertTrue(socket.isTaken(PEER, second, 100 * LATE));
        assertSame(first, socket.route(PEER));
    }

    @Test
    void shouldYieldToAnAnswerWhatARequestClaimedAndNobodyConfirmedInTime() {
        assertTrue(socket.claim(PEER, first, false, 0));
        assertFalse(socket.claim(PEER, second, true, EARLY));
        assertTrue(socket.isTaken(PEER, second, EARLY));

        assertFalse(socket.isTaken(PEER, second, LATE), "a check may try");
        assertFalse(socket.claim(PEER, second, false, LATE), "a request takes nothing from anybody");
        assertTrue(socket.claim(PEER, second, true, LATE));

        assertSame(second, socket.route(PEER));
        assertFalse(socket.claim(PEER, first, false, LATE));
        socket.release(PEER, first);
        assertSame(second, socket.route(PEER));
    }

    @Test
    void shouldKeepWhatARequestClaimedOnceTheAddressHasAnswered() {
        assertTrue(socket.claim(PEER, first, false, 0));
        assertTrue(socket.claim(PEER, first, true, EARLY));
        assertTrue(socket.claim(PEER, first, false, LATE), "a later request changes nothing");

        assertFalse(socket.claim(PEER, second, true, 2 * LATE));
    }

    /** The peer of one context misses a check; another contact sends a request that seems to come from its address. */
    @Test
    void shouldNotLoseASilentPeersAddressToARequest() {
        try (IceEndpoint far = IceEndpoint.open(LOOPBACK)) {
            IceDescription keys = first.gather(TIMEOUT);
            IceContext victim = near.openContext();
            LoopbackPair.connect(victim, far.openContext());
            LoopbackPair.awaitNominated(victim);
            InetSocketAddress honest = far.localAddresses().get(0);
            victim.path().onConsent(Consent.MISSED);
            assertEquals(ConnectionState.DISCONNECTED, victim.state());

            byte[] forged = new StunWriter(StunWriter.BINDING_REQUEST, "forged-id-01".getBytes(UTF_8))
                    .check()
                    .username(keys.ufrag() + ":anybody")
                    .integrity(keys.password())
                    .fingerprint()
                    .bytes();
            far.socket(honest).send(ByteBuffer.wrap(forged), socket.localAddress());

            Eventually.holds("it is refused", () -> first.stats().drops(DropCause.ADDRESS_TAKEN) > 0);
            assertSame(victim, socket.route(honest));
            Eventually.holds("the peer is back", () -> victim.state() == ConnectionState.CONNECTED);
        }
    }

    @Test
    void shouldGiveASilentPeersAddressToWhoeverGetsAnAnswerFromThere() {
        try (IceEndpoint far = IceEndpoint.open(LOOPBACK)) {
            IceContext old = near.openContext();
            LoopbackPair.connect(old, far.openContext());
            LoopbackPair.awaitNominated(old);
            InetSocketAddress address = far.localAddresses().get(0);
            old.path().onConsent(Consent.MISSED);

            assertFalse(socket.isTaken(address, second, System.nanoTime()));
            assertTrue(socket.claim(address, second, true, System.nanoTime()));
            assertSame(second, socket.route(address));
        }
    }
}
