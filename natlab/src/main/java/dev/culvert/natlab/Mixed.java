package dev.culvert.natlab;

import dev.culvert.natlab.MatrixPlan.Access;
import dev.culvert.natlab.MatrixPlan.Pair;
import dev.culvert.natlab.MixedReport.Connection;
import dev.culvert.transport.PrivacyMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code natlab mixed}: many connections between random home networks, and the tier that each ended in. */
@Command(
        name = "natlab mixed",
        mixinStandardHelpOptions = true,
        description = {
            "Connects peers behind NATs drawn at random, as often as homes are assumed to have them, with STUN and",
            "TURN, and prints how many connections are direct, punched or relayed. Exits with 1 if one failed."
        })
public final class Mixed implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** Longer than guessing ports takes, which begins when a relay has carried data for two seconds. */
    private static final Duration SETTLING = Duration.ofSeconds(10);

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandLine.Model.CommandSpec spec;

    @Option(names = "--connections", description = "How many (default: ${DEFAULT-VALUE}).")
    private int connections = 100;

    @Option(names = "--seed", description = "The same seed draws the same NATs (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--servers", description = "stun, turn or turn-any (default: turn).")
    private Access access = Access.TURN;

    @Option(
            names = "--messages",
            description = {
                "Each connection is one of two apps with a PeerTransport and a signalling server, which exchange a",
                "message each way; without, it is one of two IceContexts."
            })
    private boolean messages;

    @Option(names = "--json", paramLabel = "FILE", description = "Write everything to this file, too.")
    private @Nullable Path json;

    private Mixed() {}

    /** Exits with 0 if all went well, 1 if not, 2 for wrong usage. */
    public static void main(String[] arguments) {
        int status = Matrix.forPeople(new CommandLine(new Mixed())).execute(arguments);
        System.out.flush();
        System.exit(status);
    }

    /** The networks of both sides, for each connection; the same for the same seed. */
    static List<Pair> draw(int connections, long seed) {
        Random random = new Random(seed);
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            pairs.add(new Pair(HomeNetwork.draw(random), HomeNetwork.draw(random)));
        }
        return pairs;
    }

    @Override
    public Integer call() throws Exception {
        if (connections < 1 || connections > 100_000) {
            throw new ParameterException(spec.commandLine(), "--connections is 1 to 100000");
        }
        MixedReport report = new MixedReport(seed, messages ? messengers() : contexts());
        System.out.print(report.text());
        if (json != null) {
            Files.writeString(json, report.json());
        }
        return report.isGood() ? 0 : 1;
    }

    private List<Connection> contexts() {
        try (NatLab lab = NatLab.open(NatKind.NONE, NatKind.NONE);
                TwoPeers peers = TwoPeers.start(lab, PeerKind.CULVERT)) {
            return each(lab, () -> peers.settle(peers.attempt(access.servers(), TIMEOUT), SETTLING));
        }
    }

    private List<Connection> messengers() throws IOException {
        MessengerSettings settings = new MessengerSettings(access.servers(), PrivacyMode.DIRECT).withSignalServer();
        try (ScratchDirectory scratch = ScratchDirectory.make();
                NatLab lab = NatLab.open(NatKind.NONE, NatKind.NONE);
                TwoMessengers peers = TwoMessengers.start(lab, scratch.path())) {
            return each(lab, () -> peers.attempt(settings, TIMEOUT, SETTLING));
        }
    }

    private List<Connection> each(NatLab lab, Supplier<Attempt> attempt) {
        List<Connection> made = new ArrayList<>();
        for (Pair pair : draw(connections, seed)) {
            lab.nat(Side.A, pair.a());
            lab.nat(Side.B, pair.b());
            made.add(new Connection(pair, attempt.get()));
        }
        return made;
    }
}
