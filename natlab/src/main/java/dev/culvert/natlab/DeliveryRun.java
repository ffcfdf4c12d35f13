package dev.culvert.natlab;

import dev.culvert.natlab.LabMessenger.Received;
import dev.culvert.natlab.MatrixPlan.Access;
import dev.culvert.natlab.MatrixPlan.Pair;
import dev.culvert.transport.PrivacyMode;
import dev.culvert.transport.Tier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Sends loads through pairs of NATs, both ways at once, and sees whether each message arrives once, whole and in order,
 * over a connection. Its processes live through the whole run; each pair has fresh transports. One thread at a time.
 */
final class DeliveryRun implements AutoCloseable {
    /** For a message of 16 MiB in every place where one is copied. */
    private static final int HEAP_MEGABYTES = 512;

    /** What a connection must carry is not to go to the queue only because a pair of NATs takes long. */
    private static final Duration QUEUE_AFTER = Duration.ofMinutes(5);

    /**
     * What each pair has to do.
     *
     * @param messages each way
     * @param largeBytes of one more message each way; 0 for none
     * @param seed of sizes, contents and the place of the cut; each pair has its own from it
     * @param cut whether the flow that carries the messages is to go dead in the middle
     * @param access what the peers may use; null for as little as connects the pair, and all where there is a cut
     * @param limit for one pair
     */
    record Plan(
            int messages,
            int largeBytes,
            long seed,
            boolean cut,
            @Nullable Access access,
            Duration limit) {
        Access access(Pair pair) {
            if (access != null) {
                return access;
            }
            return cut ? Access.TURN_ANY : Access.least(pair.a(), pair.b());
        }
    }

    private final NatLab lab;
    private final TwoMessengers peers;

    private DeliveryRun(NatLab lab, TwoMessengers peers) {
        this.lab = lab;
        this.peers = peers;
    }

    /** Starts the processes; the laboratory stays the caller's. */
    static DeliveryRun start(NatLab lab, Path directory) {
        return new DeliveryRun(lab, TwoMessengers.start(lab, directory, HEAP_MEGABYTES));
    }

    /** One pair; the line keeps the loss that it has. */
    Delivery run(Pair pair, Plan plan) {
        SplittableRandom seeds =
                new SplittableRandom(plan.seed() * 31 + pair.toString().hashCode());
        Load toB = new Load(seeds.nextLong(), plan.messages(), plan.largeBytes());
        Load toA = new Load(seeds.nextLong(), plan.messages(), plan.largeBytes());
        double cutAt = seeds.nextDouble(0.1, 0.6);
        lab.nat(Side.A, pair.a());
        lab.nat(Side.B, pair.b());
        Access access = plan.access(pair);
        MessengerSettings settings = new MessengerSettings(access.servers(), PrivacyMode.DIRECT)
                .withSignalServer()
                .withQueueAfter(QUEUE_AFTER);
        try {
            peers.open(settings, settings);
            if (plan.cut()) {
                lab.cut((long) (cutAt * (toA.bytes() + toB.bytes())));
            }
            long since = System.nanoTime();
            String problem = exchange(toA, toB, plan.limit());
            long end = System.nanoTime();
            if (problem.isEmpty() && plan.cut() && !lab.isCut()) {
                problem = "nothing was cut";
            }
            return delivery(pair, access, toA, toB, since, end, problem);
        } finally {
            peers.closeTransports();
            lab.heal();
        }
    }

    /** What was wrong; empty if nothing. */
    private String exchange(Load toA, Load toB, Duration limit) {
        LabMessenger a = peers.a();
        LabMessenger b = peers.b();
        a.expect(toA);
        b.expect(toB);
        a.load(b, toB);
        b.load(a, toA);
        long end = System.nanoTime() + limit.toNanos();
        try {
            a.await("a's part", limit, () -> isOver(a, toB, toA));
            b.await("b's part", Duration.ofNanos(end - System.nanoTime()), () -> isOver(b, toA, toB));
            a.path(); // whatever was reported before this answer has been read now
            b.path();
        } catch (LabException e) {
            return e.getMessage() + "; at a " + state(a) + ", at b " + state(b);
        }
        String problem = trouble(a).map(found -> "at a: " + found).orElse("")
                + trouble(b).map(found -> "at b: " + found).orElse("");
        if (!problem.isEmpty()) {
            return problem + "; at a " + state(a) + ", at b " + state(b);
        }
        return disorder("a", a, toA) + disorder("b", b, toB);
    }

    /** An end has nothing more to do, or something went wrong at either. */
    private boolean isOver(LabMessenger end, Load sent, Load received) {
        boolean done = end.sent().size() >= sent.count() && end.received().size() >= received.count();
        return done || trouble(peers.a()).isPresent() || trouble(peers.b()).isPresent();
    }

    /** What can not become good any more. */
    private static Optional<String> trouble(LabMessenger end) {
        Optional<String> told = end.connections().stream()
                .filter(event -> event.startsWith("wrong ") || event.startsWith("lost "))
                .findFirst();
        return told.or(() -> end.sent().stream()
                .filter(sent -> sent.tier() == Tier.QUEUED)
                .map(sent -> "message " + sent.number() + " was queued")
                .findFirst());
    }

    private static String disorder(String name, LabMessenger end, Load load) {
        List<Integer> numbers = end.received().stream().map(Received::number).toList();
        if (numbers.equals(IntStream.range(0, load.count()).boxed().toList())) {
            return "";
        }
        int first = IntStream.range(0, numbers.size())
                .filter(i -> numbers.get(i) != i)
                .findFirst()
                .orElse(numbers.size());
        return name + " received " + numbers.size() + " of " + load.count() + " messages, in order until " + first
                + " ";
    }

    private static String state(LabMessenger end) {
        return end.received().size() + " received, " + end.sent().size() + " confirmed, " + end.connections() + " "
                + end.counters();
    }

    private Delivery delivery(Pair pair, Access access, Load toA, Load toB, long since, long end, String problem) {
        LabMessenger a = peers.a();
        LabMessenger b = peers.b();
        Map<Tier, Integer> tiers = new TreeMap<>();
        a.sent().forEach(sent -> tiers.merge(sent.tier(), 1, Integer::sum));
        b.sent().forEach(sent -> tiers.merge(sent.tier(), 1, Integer::sum));
        long first = Math.min(firstNanos(a, end), firstNanos(b, end));
        return new Delivery(
                pair,
                access,
                tiers,
                Math.max(connections(a), connections(b)),
                Duration.ofNanos(end - since),
                Duration.ofNanos(first - since),
                Duration.ofNanos(Math.max(longestGap(a), longestGap(b))),
                bytes(a, toA) + bytes(b, toB),
                problem);
    }

    private static long firstNanos(LabMessenger at, long otherwise) {
        List<Received> received = at.received();
        return received.isEmpty() ? otherwise : received.get(0).nanos();
    }

    private static int connections(LabMessenger at) {
        return (int) at.connections().stream()
                .filter(event -> event.startsWith("connected "))
                .count();
    }

    private static long bytes(LabMessenger at, Load load) {
        return at.received().stream()
                .mapToLong(received -> load.size(received.number()))
                .sum();
    }

    private static long longestGap(LabMessenger at) {
        List<Received> received = at.received();
        return IntStream.range(1, received.size())
                .mapToLong(i -> received.get(i).nanos() - received.get(i - 1).nanos())
                .max()
                .orElse(0);
    }

    /** Ends the processes. */
    @Override
    public void close() {
        peers.close();
    }
}
