package dev.culvert.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert bench}: runs suites one after another, prints one table and writes it as JSON. */
@Command(
        name = "culvert bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures Culvert beside plain ice4j, a bare DatagramChannel, the JDK's queues, webrtc-java and bare DHT engines,",
            "in turn in one run, and prints a table of ratios. Exits with 1 if data was lost, a connection or a suite failed, or, with",
            "--check, a figure is beyond its limit. docs/benchmarks.md says what each figure means."
        })
public final class Bench implements Callable<Integer> {
    private static final List<Suite> SUITES = List.of(
            new QueueSuite(),
            new DataSuite(),
            new NativeSuite(),
            new ConnectSuite(),
            new ColdSuite(),
            new ScaleSuite(),
            new MessagesSuite(),
            new DhtSuite(),
            new SoakSuite());

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandLine.Model.CommandSpec spec;

    @Parameters(
            arity = "0..*",
            description =
                    "queue, data, native, connect, cold, scale, messages, dht, soak or all (default: all; about an hour).")
    private List<String> names = List.of();

    @Option(names = "--quick", description = "About a minute for all: rough figures, but everything runs.")
    private boolean quick;

    @Option(names = "--check", description = "Exit with 1 if a figure is beyond its limit.")
    private boolean check;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to this file, too.")
    private @Nullable Path json;

    @Option(names = "--messages", description = "Of the soak, each way, 10 or more (default: 10000).")
    private @Nullable Integer messages;

    @Option(names = "--duration", description = "Of the soak: 90s, 10m, 1h (default: 10m).")
    private @Nullable String duration;

    @Option(names = "--random-sockets", description = "How long native uses sockets at random (default: 10m).")
    private @Nullable String randomSockets;

    private Bench() {}

    /** Exits with 0 if all went well, 1 if not, 2 for wrong usage. */
    public static void main(String[] arguments) {
        int status = new CommandLine(new Bench()).execute(arguments);
        System.out.flush();
        System.exit(status);
    }

    @Override
    public Integer call() throws Exception {
        Map<String, Suite> chosen = chosen();
        Plan plan = plan();
        Report report = run(chosen, plan);
        report.print(System.out);
        if (json != null) {
            report.writeJson(json);
        }
        return report.hasErrors() || (check && report.hasMisses()) ? 1 : 0;
    }

    static Report run(Map<String, Suite> suites, Plan plan) {
        Report report = new Report();
        suites.forEach((name, suite) -> {
            System.err.println("measuring " + name + " ...");
            try {
                report.add(name, suite.run(plan));
            } catch (SkippedException e) {
                report.addSkipped(name, String.valueOf(e.getMessage()));
            } catch (Exception e) {
                report.addFailure(name, e.toString());
            }
        });
        return report;
    }

    /** By name, in the order in which they run. */
    static Map<String, Suite> suites() {
        Map<String, Suite> all = new LinkedHashMap<>();
        SUITES.forEach(suite -> all.put(suite.name(), suite));
        return all;
    }

    private Map<String, Suite> chosen() {
        Map<String, Suite> all = suites();
        if (names.isEmpty() || names.contains("all")) {
            return all;
        }
        Map<String, Suite> chosen = new LinkedHashMap<>();
        for (String name : names) {
            Suite suite = all.get(name);
            if (suite == null) {
                throw new ParameterException(
                        spec.commandLine(), "No suite " + name + "; there are all, " + String.join(", ", all.keySet()));
            }
            chosen.put(name, suite);
        }
        return chosen;
    }

    private Plan plan() {
        Plan plan = quick ? Plan.QUICK : Plan.FULL;
        int count = messages == null ? plan.soakMessages() : messages;
        Duration time = duration == null ? plan.soak() : parse(duration);
        if (count < 10 || time.isNegative() || time.isZero()) {
            throw new ParameterException(spec.commandLine(), "--messages is 10 or more, --duration more than 0");
        }
        Duration random = randomSockets == null ? plan.udp().random() : parse(randomSockets);
        return plan.withSoak(count, time).withRandomSockets(random);
    }

    private Duration parse(String text) {
        try {
            return Duration.parse("PT" + text);
        } catch (java.time.format.DateTimeParseException e) {
            throw new ParameterException(spec.commandLine(), "--duration is such as 90s, 10m or 1h, not " + text, e);
        }
    }
}
