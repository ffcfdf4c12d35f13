package dev.culvert.peer.internal.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.identity.Identity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is at the other end is not the peer, or speaks something else: nobody comes up, and both say so at once. */
@Timeout(60)
class WrongPeerTest {
    private static void assertNothingCame(TwoSessions.End end) {
        assertFalse(end.isUp());
        assertEquals(0, end.arrived.size());
        assertEquals(0, end.delivered.size());
        assertEquals(0, end.tls.engines());
        assertTrue(end.afterwards.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldRefuseAnotherIdentity(boolean clientNotices) {
        TwoSessions two = new TwoSessions();
        try (two;
                Identity stranger = Identity.generate()) {
            TwoSessions.End deceived = clientNotices ? two.client : two.server;
            deceived.expects = stranger;
            two.client.open();
            two.server.open();
            var unused = two.client.send(new byte[10]);
            var unused2 = two.server.send(new byte[10]);
            two.start();
            String noticed = deceived.awaitDown();
            String refused = deceived.other().awaitDown();
            assertTrue(noticed.startsWith("the handshake failed: "), noticed);
            assertTrue(noticed.contains("CERTIFICATE_VERIFY_FAILED"), noticed);
            assertTrue(refused.startsWith("the handshake failed: the peer refused it"), refused);
            assertEquals(1, deceived.counters.wrongCertificate.sum());
            assertEquals(0, deceived.other().counters.wrongCertificate.sum());
            assertEquals(1, deceived.undelivered.size());
            assertNothingCame(two.client);
            assertNothingCame(two.server);
        }
    }

    private enum Flaw {
        OLD_KEY_AGREEMENT,
        OTHER_PROTOCOL,
        NO_CERTIFICATE
    }

    private static void assertRefused(Flaw flaw, boolean asClient) {
        TwoSessions two = new TwoSessions();
        TwoSessions.End place = asClient ? two.client : two.server;
        RawPeer raw = new RawPeer(two, place);
        switch (flaw) {
            case OLD_KEY_AGREEMENT -> raw.group = "X25519";
            case OTHER_PROTOCOL -> raw.protocol = "h3";
            case NO_CERTIFICATE -> raw.showsCertificate = false;
        }
        try (two;
                raw) {
            raw.start();
            String cause = place.other().awaitDown();
            assertTrue(cause.startsWith("the handshake failed: "), cause);
            assertEquals(1, place.other().counters.failedHandshakes.sum());
            assertNothingCame(place.other());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldRefuseKeysThatAQuantumComputerCanFind(boolean asClient) {
        assertRefused(Flaw.OLD_KEY_AGREEMENT, asClient);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldRefuseAnotherProtocol(boolean asClient) {
        assertRefused(Flaw.OTHER_PROTOCOL, asClient);
    }

    @Test
    void shouldRefuseAClientWithoutACertificate() {
        assertRefused(Flaw.NO_CERTIFICATE, true);
    }

    /** Else the refusals above would show nothing. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldTakeTheSamePeerWithoutAFlaw(boolean asClient) throws Exception {
        TwoSessions two = new TwoSessions();
        RawPeer raw = new RawPeer(two, asClient ? two.client : two.server);
        try (two;
                raw) {
            raw.start();
            raw.ready();
        }
    }
}
