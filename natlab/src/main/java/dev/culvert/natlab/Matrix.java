package dev.culvert.natlab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code natlab matrix}: peers behind every pair of NATs. */
@Command(
        name = "natlab matrix",
        mixinStandardHelpOptions = true,
        description = {
            "Connects two peers behind every pair of NATs, and prints how often that went well and how long each end",
            "took from both descriptions being known until it could send. Exits with 1 if Culvert did not connect",
            "where it must. docs/natlab.md says what is measured and how."
        })
public final class Matrix implements Callable<Integer> {
    private static final int MAX_TRIES = 1_000;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandLine.Model.CommandSpec spec;

    @Option(names = "--kinds", split = ",", paramLabel = "KIND", description = "Of NAT (default: all).")
    private List<NatKind> kinds = Arrays.asList(NatKind.values());

    @Option(names = "--tries", description = "Of each pair that can connect (default: ${DEFAULT-VALUE}).")
    private int tries = 5;

    @Option(names = "--servers", description = "stun, turn or turn-any (default: stun).")
    private MatrixPlan.Access access = MatrixPlan.Access.STUN;

    @Option(names = "--rtt", split = ",", paramLabel = "MILLISECONDS", description = "Side to side and back (0).")
    private List<Integer> rtts = List.of(0);

    @Option(names = "--loss", split = ",", paramLabel = "PERCENT", description = "Of packets (0).")
    private List<Integer> losses = List.of(0);

    @Option(names = "--peers", split = ",", paramLabel = "PEER", description = "culvert, libnice, ice4j (culvert).")
    private List<PeerKind> peers = List.of(PeerKind.CULVERT);

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "For a try (default: ${DEFAULT-VALUE}).")
    private int timeoutSeconds = 20;

    @Option(names = "--json", paramLabel = "FILE", description = "Write everything to this file, too.")
    private @Nullable Path json;

    private Matrix() {}

    /** Exits with 0 if all went well, 1 if not, 2 for wrong usage. */
    public static void main(String[] arguments) {
        int status = commandLine().execute(arguments);
        System.out.flush();
        System.exit(status);
    }

    static CommandLine commandLine() {
        return forPeople(new CommandLine(new Matrix()));
    }

    /** Names of enums as people write them, and failures of the laboratory without a stack trace. */
    static CommandLine forPeople(CommandLine line) {
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.registerConverter(
                MatrixPlan.Access.class,
                word -> MatrixPlan.Access.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_')));
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (!(failure instanceof LabException)) {
                throw failure;
            }
            command.getErr().println(failure.getMessage());
            return 1;
        });
        return line;
    }

    /** What the arguments ask for; throws {@link ParameterException} if they make no sense. */
    MatrixPlan plan() {
        require(tries >= 1 && tries <= MAX_TRIES, "--tries is 1 to " + MAX_TRIES);
        require(timeoutSeconds >= 1 && timeoutSeconds <= 600, "--timeout is 1 to 600 seconds");
        require(rtts.stream().allMatch(rtt -> rtt >= 0 && rtt <= 9_999), "--rtt is 0 to 9999 ms");
        require(losses.stream().allMatch(loss -> loss >= 0 && loss <= 99), "--loss is 0 to 99 percent");
        return new MatrixPlan(
                kinds.stream().distinct().toList(),
                peers.stream().distinct().toList(),
                rtts.stream().distinct().toList(),
                losses.stream().distinct().toList(),
                access,
                tries,
                timeoutSeconds);
    }

    private void require(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    @Override
    public Integer call() throws Exception {
        MatrixPlan plan = plan();
        List<Cell> cells = new MatrixRun(plan, line -> System.err.println(line + " ...")).run();
        MatrixReport report = new MatrixReport(plan, cells);
        System.out.print(report.text());
        if (json != null) {
            Files.writeString(json, MatrixJson.of(plan, cells));
        }
        return report.isGood() ? 0 : 1;
    }
}
