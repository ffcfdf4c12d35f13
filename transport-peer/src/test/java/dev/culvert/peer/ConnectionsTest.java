package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.CandidateType;
import dev.culvert.ice.SelectedPair;
import dev.culvert.identity.Identity;
import dev.culvert.transport.EndCause;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.Tier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The registry in virtual time: what it finds, what it counts, and what it sweeps when. */
class ConnectionsTest {
    private static final int SLOTS = 3;
    private static final InetSocketAddress HERE = address(1);

    private final VirtualLoop loop = new VirtualLoop();
    private final List<ConnectionEnd> ends = new ArrayList<>();
    private final Connections connections = new Connections(loop, SLOTS, () -> 0, ends::add);

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static PeerId peer() {
        return Identity.generate().peerId();
    }

    private final class FakeEntry implements Connections.Entry {
        final PeerId peer;
        final long id = connections.nextId();
        final List<String> told = new ArrayList<>();
        boolean up;
        InetSocketAddress remote = address(2);

        @Nullable
        String overdue;

        FakeEntry(PeerId peer) {
            this.peer = peer;
            connections.add(this);
        }

        FakeEntry up(InetSocketAddress at) {
            up = true;
            remote = at;
            return this;
        }

        @Override
        public PeerId peer() {
            return peer;
        }

        @Override
        public long id() {
            return id;
        }

        @Override
        public boolean isUp() {
            return up;
        }

        @Override
        public boolean hasBeenUp() {
            return up;
        }

        @Override
        public ConnectionInfo info() {
            SelectedPair pair = new SelectedPair(CandidateType.HOST, HERE, HERE, CandidateType.HOST, remote);
            return new ConnectionInfo(id, peer, Tier.DIRECT, pair, Duration.ZERO, Duration.ZERO);
        }

        @Override
        public @Nullable RealTimeChannel realTime() {
            return null;
        }

        @Override
        public Duration age() {
            return Duration.ofSeconds(7);
        }

        @Override
        public @Nullable String overdue() {
            return overdue;
        }

        @Override
        public void end(EndCause cause, String detail) {
            told.add(cause + ": " + detail);
        }
    }

    private long count(String name) {
        Map<String, Long> counts = new HashMap<>();
        connections.addTo(counts);
        return counts.get(name);
    }

    @Test
    void shouldFindAConnectionByPeerNumberAndAddressUntilItEnds() {
        FakeEntry entry = new FakeEntry(peer());
        assertEquals(Optional.empty(), connections.of(entry.peer), "not before it is up");

        entry.up(address(5));

        assertEquals(Optional.of(entry.info()), connections.of(entry.peer));
        assertEquals(Optional.of(entry.info()), connections.byId(entry.id));
        assertEquals(List.of(entry.info()), connections.at(address(5)));
        assertEquals(List.of(), connections.at(address(6)));

        entry.remote = address(6); // ICE has moved it
        assertEquals(List.of(), connections.at(address(5)));
        assertEquals(List.of(entry.info()), connections.at(address(6)));

        connections.remove(entry, EndCause.SILENT, "nothing heard");

        assertEquals(Optional.empty(), connections.of(entry.peer));
        assertEquals(Optional.empty(), connections.byId(entry.id));
        assertEquals(List.of(), connections.at(address(6)));
        assertEquals(List.of(), connections.list());
    }

    @Test
    void shouldTellApartTwoPeersAtOneAddress() {
        FakeEntry one = new FakeEntry(peer()).up(address(5));
        FakeEntry other = new FakeEntry(peer()).up(address(5));

        assertEquals(2, connections.at(address(5)).size());
        assertEquals(Optional.of(one.info()), connections.of(one.peer));
        assertEquals(Optional.of(other.info()), connections.of(other.peer));
    }

    @Test
    void shouldGiveEachPeerOneSlotAndTakeItBack() {
        FakeEntry first = new FakeEntry(peer());
        FakeEntry replacing = new FakeEntry(first.peer);
        FakeEntry second = new FakeEntry(peer());
        assertEquals(1, count("connections.free-slots"));
        new FakeEntry(peer());

        assertFalse(connections.hasRoomFor(peer()));
        assertTrue(connections.hasRoomFor(first.peer), "a new connection may replace an old one");
        assertEquals(3, count("connections.coming-up"));

        connections.remove(first, EndCause.REPLACED, "");
        assertFalse(connections.hasRoomFor(peer()), "its replacement is there");
        connections.remove(first, EndCause.REPLACED, "");
        connections.remove(replacing, EndCause.CLOSED_HERE, "");
        assertTrue(connections.hasRoomFor(peer()));

        second.up(address(9));
        assertEquals(1, count("connections.up"));
        assertEquals(1, count("connections.coming-up"));
        assertEquals(1, count("connections.free-slots"));
    }

    @Test
    void shouldTellOfEachEndOnceWithItsCauseAndNumbers() {
        FakeEntry entry = new FakeEntry(peer()).up(address(5));
        new FakeEntry(peer()).up(address(6));

        connections.remove(entry, EndCause.CLOSED_BY_PEER, "the peer closed the session");
        connections.remove(entry, EndCause.CLOSED_HERE, "again");

        assertEquals(
                List.of(new ConnectionEnd(
                        entry.peer,
                        entry.id,
                        EndCause.CLOSED_BY_PEER,
                        "the peer closed the session",
                        true,
                        Duration.ofSeconds(7),
                        1,
                        2)),
                ends);
    }

    @Test
    void shouldSweepASecondAfterAnEnd() {
        FakeEntry ending = new FakeEntry(peer());
        FakeEntry leftOver = new FakeEntry(peer()).up(address(5));
        leftOver.overdue = "its path is CLOSED";
        connections.remove(ending, EndCause.TIMED_OUT, "");

        loop.advance(Duration.ofMillis(999));
        assertEquals(List.of(), leftOver.told);
        loop.advance(Duration.ofMillis(1));

        assertEquals(List.of("SWEPT: its path is CLOSED"), leftOver.told);
        assertEquals(EndCause.SWEPT, ends.get(1).cause());
        assertEquals(SLOTS, connections.freeSlots());
    }

    @Test
    void shouldSweepEveryHalfMinuteWhileThereIsAny() {
        FakeEntry entry = new FakeEntry(peer()).up(address(5));
        loop.advance(Duration.ofSeconds(45));
        assertEquals(List.of(), ends, "nothing is wrong with it");

        entry.overdue = "nobody holds it";
        loop.advance(Duration.ofSeconds(14));
        assertEquals(List.of(), ends);
        loop.advance(Duration.ofSeconds(1));
        assertEquals(1, ends.size());

        loop.advance(Duration.ofMinutes(5));
        assertEquals(0, loop.pending(), "an empty registry needs no timer");
    }

    @Test
    void shouldKeepItsCountsRightThroughRandomChanges() {
        Random random = new Random(20261122);
        List<PeerId> peers = List.of(peer(), peer(), peer(), peer(), peer());
        List<FakeEntry> there = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            PeerId peer = peers.get(random.nextInt(peers.size()));
            if (random.nextBoolean() && connections.hasRoomFor(peer)) {
                FakeEntry entry = new FakeEntry(peer);
                there.add(random.nextBoolean() ? entry.up(address(1 + random.nextInt(9))) : entry);
            } else if (!there.isEmpty()) {
                connections.remove(there.remove(random.nextInt(there.size())), EndCause.CLOSED_HERE, "");
            }
            long used = there.stream().map(FakeEntry::peer).distinct().count();
            long up = there.stream()
                    .filter(FakeEntry::isUp)
                    .map(FakeEntry::peer)
                    .distinct()
                    .count();
            assertTrue(used <= SLOTS);
            assertEquals(SLOTS - used, count("connections.free-slots"));
            assertEquals(up, count("connections.up"));
            assertEquals(used - up, count("connections.coming-up"));
            assertEquals(
                    there.stream().filter(FakeEntry::isUp).count(),
                    connections.list().size());
        }
    }
}
