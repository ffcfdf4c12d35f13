package dev.culvert.ice.internal.ports;

import static dev.culvert.ice.internal.ports.PortProtocol.NAT_PMP;
import static dev.culvert.ice.internal.ports.PortProtocol.PCP;
import static dev.culvert.ice.internal.ports.PortProtocol.UPNP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole course of one socket's port in virtual time, with a router that the test plays. */
class PortOpeningTest {
    private static final long START = Long.MAX_VALUE - Duration.ofMillis(150).toNanos();
    private static final InetSocketAddress LOCAL = new InetSocketAddress("192.168.1.2", 4_000);
    private static final InetSocketAddress OUTSIDE = new InetSocketAddress("203.0.113.7", 4_000);

    private final List<String> sent = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final Map<PortProtocol, PortClient> clients = new EnumMap<>(PortProtocol.class);
    private PortOpening opening;
    private long now = START;

    @BeforeEach
    void build() {
        for (PortProtocol protocol : PortProtocol.values()) {
            clients.put(protocol, new PortClient() {
                @Override
                public void probe(long nowNanos) {
                    sent.add(protocol + "?");
                }

                @Override
                public void endProbe() {
                    sent.add(protocol + ".");
                }

                @Override
                public void map(long lifetimeSeconds, long nowNanos) {
                    sent.add(protocol + (lifetimeSeconds == 0 ? "-" : "+"));
                }
            });
        }
        opening = new PortOpening(
                LOCAL,
                clients,
                new PortOpening.Output() {
                    @Override
                    public void onPort(InetSocketAddress local, InetSocketAddress external) {
                        assertEquals(LOCAL, local);
                        told.add(external.getAddress().getHostAddress() + ":" + external.getPort());
                    }

                    @Override
                    public void onPortLost(InetSocketAddress local) {
                        told.add("lost");
                    }

                    @Override
                    public void onEpoch(PortProtocol protocol, long epochSeconds, long nowNanos) {
                        told.add("epoch " + epochSeconds);
                    }
                },
                START);
    }

    /** Lets the time pass, stopping wherever the opening wants to be polled. */
    private void passTo(long millis) {
        long end = START + Duration.ofMillis(millis).toNanos();
        int steps = 0;
        while (opening.nextNanos().isPresent() && opening.nextNanos().get() - end <= 0) {
            now = Math.max(now - START, opening.nextNanos().get() - START) + START;
            opening.poll(now);
            assertTrue(++steps < 1_000, "it never rests");
        }
        now = end;
    }

    private List<String> takeSent() {
        List<String> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    private void grant(PortProtocol protocol, InetSocketAddress external) {
        opening.granted(protocol, new PortGrant(external, 3_600), PortClient.Events.NO_EPOCH, now);
        opening.poll(now);
    }

    @Test
    void shouldAskEverybodyOnceMoreAndThenRestForTenMinutes() {
        passTo(599_000);
        assertEquals(
                List.of("PCP?", "NAT_PMP?", "UPNP?", "PCP?", "NAT_PMP?", "UPNP?", "PCP.", "NAT_PMP.", "UPNP."),
                takeSent());
        assertEquals(List.of(), told);

        passTo(600_260);
        assertEquals(List.of("PCP?", "NAT_PMP?", "UPNP?"), takeSent());
    }

    @Test
    void shouldTakeWhatPcpGrantsAtOnceAndRenewIt() {
        passTo(5);
        grant(PCP, OUTSIDE);

        assertEquals(List.of("203.0.113.7:4000"), told);
        assertEquals(List.of("PCP?", "NAT_PMP?", "UPNP?", "PCP.", "NAT_PMP.", "UPNP."), takeSent());
        opening.answered(NAT_PMP, now);
        opening.answered(UPNP, now);
        passTo(1_800_005);
        assertEquals(List.of("PCP+"), takeSent());
        grant(PCP, OUTSIDE);
        assertEquals(List.of("203.0.113.7:4000"), told, "nothing new");
    }

    @Test
    void shouldAskNatPmpForAPortWhenPcpIsNotSpoken() {
        passTo(1);
        opening.answered(NAT_PMP, now);
        opening.poll(now);
        takeSent();
        opening.absent(PCP, now);
        passTo(1);
        opening.poll(now);
        passTo(1);

        assertEquals(List.of("PCP.", "NAT_PMP.", "UPNP.", "NAT_PMP+"), takeSent());
        grant(NAT_PMP, OUTSIDE);
        assertEquals(List.of("203.0.113.7:4000"), told);
    }

    @Test
    void shouldUseTheNextBestWhenTheBestRefuses() {
        passTo(1);
        opening.answered(NAT_PMP, now);
        opening.answered(UPNP, now);
        opening.refused(PCP, "not authorised", now);
        opening.poll(now);
        takeSent();
        passTo(3);
        opening.refused(NAT_PMP, "no", now);
        passTo(4);
        opening.poll(now);
        passTo(4);

        assertEquals(List.of("NAT_PMP+", "PCP.", "NAT_PMP.", "UPNP.", "UPNP+"), takeSent());
        grant(UPNP, OUTSIDE);
        assertEquals(List.of("203.0.113.7:4000"), told);
    }

    @Test
    void shouldRemoveWhatPcpGrantsTooLateAndThenRenewWhatIsUsed() {
        passTo(10);
        opening.answered(UPNP, now);
        passTo(260);
        grant(UPNP, OUTSIDE);
        takeSent();
        grant(PCP, new InetSocketAddress("203.0.113.7", 4_001));
        assertEquals(List.of("PCP-"), takeSent());
        opening.removed(PCP, now);
        opening.poll(now);

        assertEquals(List.of("UPNP+"), takeSent(), "some routers have one mapping for both");
        assertEquals(List.of("203.0.113.7:4000"), told);
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.168.1.1", "100.64.0.2", "127.0.0.1", "169.254.1.1", "0.0.0.0", "224.0.0.1"})
    void shouldRemoveAPortThatNobodyCanReach(String external) {
        passTo(5);
        takeSent();
        grant(PCP, new InetSocketAddress(external, 4_000));
        opening.poll(now);

        assertTrue(takeSent().contains("PCP-"));
        assertEquals(List.of(), told);
        opening.removed(PCP, now);
        passTo(500_000);
        assertEquals(List.of(), takeSent(), "not before ten minutes");
    }

    @Test
    void shouldRefuseAPortThatIsNone() {
        passTo(5);
        grant(PCP, new InetSocketAddress("203.0.113.7", 0));

        assertEquals(List.of(), told);
    }

    @Test
    void shouldTellWhenTheAddressChanges() {
        passTo(5);
        grant(PCP, OUTSIDE);
        passTo(1_800_005);
        grant(PCP, new InetSocketAddress("203.0.113.8", 4_000));

        assertEquals(List.of("203.0.113.7:4000", "203.0.113.8:4000"), told);
    }

    @Test
    void shouldTellTheLossWhenTheAddressTurnsUseless() {
        passTo(5);
        grant(PCP, OUTSIDE);
        passTo(1_800_005);
        grant(PCP, new InetSocketAddress("10.0.0.1", 4_000));

        assertEquals(List.of("203.0.113.7:4000", "lost"), told);
    }

    @Test
    void shouldTellTheLossWhenTheRouterHasGoneAndAskAgainTenMinutesLater() {
        passTo(5);
        grant(PCP, OUTSIDE);
        passTo(3_600_004);
        assertEquals(List.of("203.0.113.7:4000"), told);
        passTo(3_600_005);
        assertEquals(List.of("203.0.113.7:4000", "lost"), told);
        takeSent();

        passTo(4_200_004);
        assertEquals(List.of(), takeSent());
        passTo(4_200_005);
        assertEquals(List.of("PCP?", "NAT_PMP?", "UPNP?"), takeSent());
        grant(PCP, OUTSIDE);
        assertEquals(List.of("203.0.113.7:4000", "lost", "203.0.113.7:4000"), told);
    }

    @Test
    void shouldAskAgainAtOnceWhenTheRouterForgot() {
        passTo(5);
        opening.granted(PCP, new PortGrant(OUTSIDE, 3_600), 17, now);
        opening.poll(now);
        assertEquals(List.of("epoch 17", "203.0.113.7:4000"), told);
        takeSent();
        passTo(60_000);
        opening.askAgain(PCP, now);
        opening.poll(now);

        assertEquals(List.of("PCP+"), takeSent());
    }

    @Test
    void shouldRemoveItsPortAtTheEndAndBeSilent() {
        passTo(5);
        grant(PCP, OUTSIDE);
        passTo(1_000);
        takeSent();
        opening.close(now);
        opening.poll(now);
        assertEquals(List.of("PCP-"), takeSent());
        assertFalse(opening.isClosed());
        passTo(1_110);
        assertEquals(List.of("PCP-"), takeSent(), "once more");
        opening.removed(PCP, now);

        assertTrue(opening.isClosed());
        grant(PCP, OUTSIDE);
        assertEquals(List.of("203.0.113.7:4000"), told);
        assertEquals(Optional.empty(), opening.nextNanos());
    }

    @Test
    void shouldNotWaitLongerThanHalfASecondAtTheEnd() {
        passTo(5);
        grant(PCP, OUTSIDE);
        passTo(1_000);
        opening.close(now);
        passTo(1_499);
        assertFalse(opening.isClosed());
        passTo(1_500);
        assertTrue(opening.isClosed());
    }

    @Test
    void shouldRemoveWhatItsQuestionMayHaveOpened() {
        passTo(5);
        takeSent();
        opening.close(now);
        opening.poll(now);

        assertEquals(List.of("PCP-"), takeSent());
    }

    @Test
    void shouldEndAtOnceWhereNoRouterAnswered() {
        passTo(1_000);
        takeSent();
        opening.close(now);
        opening.poll(now);

        assertTrue(opening.isClosed());
        assertEquals(List.of(), takeSent());
    }

    @Test
    void shouldEndAtOnceWhenNothingHasBegun() {
        opening.close(now);

        assertTrue(opening.isClosed());
    }
}
