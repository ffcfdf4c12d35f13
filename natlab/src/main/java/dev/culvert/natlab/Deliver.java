package dev.culvert.natlab;

import dev.culvert.natlab.MatrixPlan.Access;
import dev.culvert.natlab.MatrixPlan.Pair;
import dev.culvert.peer.PeerTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code natlab deliver}: many messages both ways through every pair of NATs. */
@Command(
        name = "natlab deliver",
        mixinStandardHelpOptions = true,
        description = {
            "Has two PeerTransports send messages both ways at once through every pair of NATs, and sees whether each",
            "one arrives once, whole, in order and over a connection. Exits with 1 if not. docs/natlab.md says more."
        })
public final class Deliver implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandLine.Model.CommandSpec spec;

    @Option(names = "--kinds", split = ",", paramLabel = "KIND", description = "Of NAT (default: all).")
    private List<NatKind> kinds = Arrays.asList(NatKind.values());

    @Option(names = "--pairs", split = ",", paramLabel = "PAIR", description = "Only these, as port-sym.")
    private List<Pair> pairs = List.of();

    @Option(names = "--messages", description = "Of 1 B to 64 KiB, each way (default: ${DEFAULT-VALUE}).")
    private int messages = 1_000;

    @Option(
            names = "--large-bytes",
            paramLabel = "BYTES",
            description = "Of one more message each way, somewhere in the middle (default: ${DEFAULT-VALUE}).")
    private int largeBytes = PeerTransport.MAX_MESSAGE_BYTES;

    @Option(names = "--seed", description = "Of sizes, contents and the place of the cut (default: another each time).")
    private long seed = new Random().nextInt(1_000_000);

    @Option(names = "--loss", paramLabel = "PERCENT", description = "Of packets, each way, over a relay too (0).")
    private int loss;

    @Option(names = "--rtt", paramLabel = "MILLISECONDS", description = "Side to side and back (0).")
    private int rtt;

    @Option(
            names = "--cut",
            description = "Somewhere in the middle the flow that carries the messages goes dead for good.")
    private boolean cut;

    @Option(
            names = "--servers",
            description = "stun, turn or turn-any (default: as little as connects the pair; turn-any with --cut).")
    private @Nullable Access access;

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "For a pair (default: ${DEFAULT-VALUE}).")
    private int timeoutSeconds = 600;

    private Deliver() {}

    /** Exits with 0 if all went well, 1 if not, 2 for wrong usage. */
    public static void main(String[] arguments) {
        CommandLine line = Matrix.forPeople(new CommandLine(new Deliver()));
        line.registerConverter(Pair.class, Deliver::pair);
        int status = line.execute(arguments);
        System.out.flush();
        System.exit(status);
    }

    private static Pair pair(String word) {
        String[] kinds = word.toUpperCase(Locale.ROOT).split("-", 2);
        return new Pair(NatKind.valueOf(kinds[0]), NatKind.valueOf(kinds[kinds.length - 1]));
    }

    private void require(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    @Override
    public Integer call() throws Exception {
        require(messages >= 1 && messages <= 1_000_000, "--messages is 1 to 1000000");
        require(
                largeBytes >= 0 && largeBytes <= PeerTransport.MAX_MESSAGE_BYTES,
                "--large-bytes is 0 to " + PeerTransport.MAX_MESSAGE_BYTES);
        require(loss >= 0 && loss <= 99, "--loss is 0 to 99 percent");
        require(rtt >= 0 && rtt <= 9_999, "--rtt is 0 to 9999 ms");
        require(timeoutSeconds >= 1 && timeoutSeconds <= 86_400, "--timeout is 1 to 86400 seconds");
        DeliveryRun.Plan plan =
                new DeliveryRun.Plan(messages, largeBytes, seed, cut, access, Duration.ofSeconds(timeoutSeconds));
        List<Delivery> all = new ArrayList<>();
        System.out.println("seed " + seed);
        System.out.print(DeliveryReport.head());
        try (ScratchDirectory scratch = ScratchDirectory.make();
                NatLab lab = NatLab.open(NatKind.NONE, NatKind.NONE);
                DeliveryRun run = DeliveryRun.start(lab, scratch.path())) {
            lab.rtt(Duration.ofMillis(rtt));
            lab.lossOnEveryPath(loss);
            for (Pair pair :
                    pairs.isEmpty() ? MatrixPlan.pairs(kinds.stream().distinct().toList()) : pairs) {
                Delivery delivery = run.run(pair, plan);
                all.add(delivery);
                System.out.print(DeliveryReport.row(delivery));
            }
        }
        System.out.print(DeliveryReport.summary(all));
        return all.stream().allMatch(Delivery::succeeded) ? 0 : 1;
    }
}
