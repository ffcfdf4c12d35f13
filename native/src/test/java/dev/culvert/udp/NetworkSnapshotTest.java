package dev.culvert.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NetworkSnapshotTest {
    private static final String ROUTE = "eth0 0101A8C0 100";

    @Test
    void shouldSeeNoChangeInTheSameAddresses() {
        NetworkSnapshot before = snapshot(ROUTE, "192.0.2.1", "2001:db8::1");

        assertEquals(Optional.empty(), before.changeTo(snapshot(ROUTE, "2001:db8::1", "192.0.2.1")));
    }

    @Test
    void shouldTellApartWhatCameWhatWentAndWhatStayed() {
        NetworkSnapshot before = snapshot(ROUTE, "192.0.2.1", "192.0.2.2", "2001:db8::1");
        NetworkSnapshot after = snapshot(ROUTE, "192.0.2.2", "192.0.2.3", "2001:db8::2");

        assertEquals(
                Optional.of(new NetworkChange(
                        addresses("192.0.2.3", "2001:db8::2"), addresses("192.0.2.1", "2001:db8::1"), false)),
                before.changeTo(after));
    }

    @Test
    void shouldReportADefaultRouteAlone() {
        NetworkSnapshot before = snapshot(ROUTE, "192.0.2.1");

        assertEquals(
                Optional.of(new NetworkChange(Set.of(), Set.of(), true)), before.changeTo(snapshot("", "192.0.2.1")));
    }

    @Test
    void shouldSayTheOppositeTheOtherWayRound() {
        NetworkSnapshot one = snapshot(ROUTE, "192.0.2.1");
        NetworkSnapshot other = snapshot(ROUTE, "192.0.2.2");

        NetworkChange there = one.changeTo(other).orElseThrow();
        NetworkChange back = other.changeTo(one).orElseThrow();

        assertEquals(there.added(), back.removed());
        assertEquals(there.removed(), back.added());
    }

    @Test
    void shouldNotShareItsSets() {
        Set<InetAddress> mine = new HashSet<>(addresses("192.0.2.1"));
        NetworkChange change = new NetworkChange(mine, mine, false);
        mine.clear();

        assertEquals(addresses("192.0.2.1"), change.added());
        assertThrows(UnsupportedOperationException.class, () -> change.removed().clear());
    }

    @Test
    void shouldLookAtThisHost() {
        NetworkSnapshot now = NetworkSnapshot.take();

        assertEquals(new HashSet<>(LocalAddresses.scan(false)), now.addresses());
        assertFalse(now.addresses().stream().anyMatch(InetAddress::isLoopbackAddress));
        assertEquals(now.defaultRoutes(), NetworkSnapshot.take().defaultRoutes());
    }

    static NetworkSnapshot snapshot(String routes, String... addresses) {
        return new NetworkSnapshot(addresses(addresses), routes);
    }

    static Set<InetAddress> addresses(String... literals) {
        return Stream.of(literals).map(NetworkSnapshotTest::address).collect(Collectors.toSet());
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(literal, e);
        }
    }
}
