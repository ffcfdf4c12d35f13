package dev.culvert.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes the addresses and routes of a real network, and looks how soon what is reported. */
@Timeout(120)
@Tag("real-time")
class NetworkChangeLabTest {
    private static final String NATIVE = "native";
    private static final Duration LIMIT = Duration.ofSeconds(2);

    /** The kernel's word comes within milliseconds; a busy machine may now and then hold the watch up. */
    private static final Duration NATIVE_MEDIAN = Duration.ofMillis(100);

    private static final int MANY = 30;

    private final List<Duration> delays = new ArrayList<>();
    private final List<String> figures = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(strings = {NetworkWatch.POLLING, NATIVE})
    void shouldReportEachChangeInTime(String how) throws IOException, InterruptedException {
        require(how);
        NetworkLab lab = NetworkLab.start(how);
        try (lab) {
            expect(lab, change("10.77.0.2", "", false), "addr add 10.77.0.2/24 dev left");
            expect(lab, change("fd77::2", "", false), "addr add fd77::2/64 dev left nodad");
            expect(lab, change("", "", true), "route replace default via 10.77.0.1 dev left");
            expect(lab, change("", "", true), "route replace default via 10.77.0.3 dev left");
            expect(lab, change("", "", true), "route replace default via fd77::1 dev left");
            expect(lab, change("", "", true), "route del default");
            expect(lab, change("10.78.0.2", "", false), "addr add 10.78.0.2/24 dev right");
            expect(
                    lab,
                    change("", "10.77.0.2,fd77::2,10.78.0.2", true),
                    "link set left down"); // right loses its carrier
            expect(
                    lab,
                    change("10.77.0.2,10.78.0.2", "", false),
                    "link set left up"); // IPv6 addresses do not come back
            expect(lab, change("", "10.78.0.2", false), "addr del 10.78.0.2/24 dev right");
            expect(lab, change("fd78::2", "", false), "addr add fd78::2/64 dev right nodad");
            expect(lab, change("", "fd78::2", false), "addr del fd78::2/64 dev right");
            expect(lab, change("", "10.77.0.2", false), "link del left");
        } finally {
            System.out.println(how + " network changes, ms from the command's start: " + figures);
        }

        assertTrue(lab.isOver());
        delays.sort(null);
        assertTrue(delays.get(delays.size() - 1).compareTo(LIMIT) < 0, delays.toString());
        if (how.equals(NATIVE)) {
            assertTrue(delays.get(delays.size() / 2).compareTo(NATIVE_MEDIAN) < 0, delays.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {NetworkWatch.POLLING, NATIVE})
    void shouldReportManyChangesAtOnceAsFew(String how) throws IOException, InterruptedException {
        require(how);
        String[] many =
                IntStream.range(0, MANY).mapToObj(i -> "10.77.1." + (i + 1)).toArray(String[]::new);
        String[] add = IntStream.range(0, MANY)
                .mapToObj(i -> "addr add " + many[i] + "/24 dev left")
                .toArray(String[]::new);
        try (NetworkLab lab = NetworkLab.start(how)) {
            int reports = expect(lab, change(String.join(",", many), "", false), add);

            assertTrue(reports <= 5, reports + " reports");
        }
    }

    private static void require(String how) {
        NetworkLab.require();
        if (how.equals(NATIVE)) {
            NativeCoreRequired.check();
        }
    }

    /** Runs the commands; what is reported from then on must amount to the change. Returns the number of reports. */
    private int expect(NetworkLab lab, NetworkChange wanted, String... commands)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        lab.ip(List.of(commands));
        NetworkChange seen = change("", "", false);
        long last = start;
        int reports = 0;
        while (!seen.equals(wanted)) {
            NetworkWatch.Report report = lab.next();
            assertNotNull(report, commands[0] + ": reported so far " + seen + " of " + wanted);
            seen = sum(seen, report.change());
            assertEquals(wanted, sum(wanted, seen), commands[0] + ": reported what did not happen");
            last = report.nanoTime();
            reports++;
        }
        delays.add(Duration.ofNanos(last - start));
        figures.add(commands[0] + " " + (last - start) / 1_000_000);
        return reports;
    }

    private static NetworkChange sum(NetworkChange one, NetworkChange other) {
        return new NetworkChange(
                union(one.added(), other.added()),
                union(one.removed(), other.removed()),
                one.defaultRouteChanged() || other.defaultRouteChanged());
    }

    private static Set<InetAddress> union(Set<InetAddress> one, Set<InetAddress> other) {
        Set<InetAddress> both = new HashSet<>(one);
        both.addAll(other);
        return both;
    }

    private static NetworkChange change(String added, String removed, boolean defaultRouteChanged) {
        return new NetworkChange(
                NetworkWatch.Report.addresses(added), NetworkWatch.Report.addresses(removed), defaultRouteChanged);
    }
}
