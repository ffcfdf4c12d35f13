package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.culvert.natlab.LabMessenger.Received;
import dev.culvert.transport.PrivacyMode;
import dev.culvert.transport.Tier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Two messengers with what tests look at: flows of numbers, results and gaps. */
final class Messengers implements AutoCloseable {
    static final MessengerSettings STUN = new MessengerSettings(Servers.STUN, PrivacyMode.DIRECT);
    static final MessengerSettings TURN = new MessengerSettings(Servers.TURN, PrivacyMode.DIRECT);

    private final TwoMessengers both;

    private Messengers(TwoMessengers both) {
        this.both = both;
    }

    /** Starts all; what is started ends with the laboratory, if it is not closed before. */
    static Messengers start(NatLab lab, Path directory) {
        return new Messengers(TwoMessengers.start(lab, directory));
    }

    /**
     * Opens the routers for the DHT's port, until they get other rules. Otherwise each node behind a NAT is silent to the
     * other, and libtorrent waits 15 s for a silent one; of the few nodes here none is spare.
     */
    static void forwardDht(NatLab lab) {
        for (Side side : Side.values()) {
            List<String> command = new ArrayList<>(lab.inside("r" + side.host()));
            String inside = "192.168." + (side == Side.A ? 1 : 2) + ".2";
            String outside = "203.0.113." + (side == Side.A ? 10 : 20);
            int port = MessengerProcess.DHT_PORT;
            command.addAll(List.of(
                    "nft",
                    "add chain ip nat dhtin { type nat hook prerouting priority dstnat - 5; };"
                            + "add chain ip nat dhtout { type nat hook postrouting priority srcnat - 5; };"
                            + "add rule ip nat dhtin iifname wan udp dport " + port + " dnat to " + inside + ":" + port
                            + "; add rule ip nat dhtout oifname wan udp sport " + port + " snat to " + outside + ":"
                            + port));
            NatLab.run(command);
        }
    }

    LabMessenger a() {
        return both.a();
    }

    LabMessenger b() {
        return both.b();
    }

    /** Where the DHT's own nodes are. */
    List<String> dhtNodes() {
        return both.dhtNodes();
    }

    /** Opens both anew, contacts of each other. */
    void open(MessengerSettings settingsA, MessengerSettings settingsB) {
        both.open(settingsA, settingsB);
    }

    /** Sends one number and returns what became of it. */
    static LabMessenger.Sent sendOne(LabMessenger from, LabMessenger to, int number, Duration limit) {
        from.send(to, number);
        from.await("a result of " + number, limit, () -> resultOf(from, number) != null);
        return resultOf(from, number);
    }

    private static LabMessenger.Sent resultOf(LabMessenger from, int number) {
        return from.sent().stream()
                .filter(sent -> sent.number() == number)
                .findFirst()
                .orElse(null);
    }

    /** Numbers flow both ways from now on. */
    void flow(Duration every) {
        a().flow(b(), every);
        b().flow(a(), every);
    }

    /** Waits until so many more have arrived at each side. */
    void awaitMore(int messages, Duration limit) {
        int atA = a().received().size() + messages;
        int atB = b().received().size() + messages;
        a().await(messages + " more messages at a", limit, () -> a().received().size() >= atA);
        b().await(messages + " more messages at b", limit, () -> b().received().size() >= atB);
    }

    /** Ends the flow and sees that every number arrived once, in any order. Returns how many there were each way. */
    int stopAndCheck(Duration limit) {
        int fromA = a().stop();
        int fromB = b().stop();
        a().await("results of all", limit, () -> a().sent().size() >= fromA);
        b().await("results of all", limit, () -> b().sent().size() >= fromB);
        b().await("all of a's messages", limit, () -> b().received().size() >= fromA);
        a().await("all of b's messages", limit, () -> a().received().size() >= fromB);
        assertEquals(upTo(fromA), numbers(b()).stream().sorted().toList(), "a's messages at b");
        assertEquals(upTo(fromB), numbers(a()).stream().sorted().toList(), "b's messages at a");
        return Math.min(fromA, fromB);
    }

    static List<Integer> upTo(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    static List<Integer> numbers(LabMessenger at) {
        return at.received().stream().map(Received::number).toList();
    }

    /** How many of each tier were sent. */
    static Map<Tier, Integer> tiers(LabMessenger of) {
        Map<Tier, Integer> counts = new TreeMap<>();
        of.sent().forEach(sent -> counts.merge(sent.tier(), 1, Integer::sum));
        return counts;
    }

    /** The longest time without a message that ended after {@code since}. */
    static Duration longestGap(LabMessenger at, long since) {
        List<Long> times = new ArrayList<>();
        for (Received received : at.received()) {
            times.add(received.nanos());
        }
        long longest = 0;
        for (int i = 1; i < times.size(); i++) {
            if (times.get(i) >= since) {
                longest = Math.max(longest, times.get(i) - times.get(i - 1));
            }
        }
        return Duration.ofNanos(longest);
    }

    @Override
    public void close() {
        both.close();
    }
}
