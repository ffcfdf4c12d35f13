package dev.culvert.cli;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code culvert demo}: two peers in two processes, start to finish, every step checked. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Runs two peers in two processes over a loopback DHT: they find each other through sealed records,",
            "connect, exchange messages and a file; one is killed, the other queues for it, and it gets everything",
            "exactly once when it comes back. Exits with 0 only if every step was checked and right."
        })
final class DemoCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private picocli.CommandLine.Model.CommandSpec spec;

    @Option(names = "--file", description = "The file that A sends to B (default: ${DEFAULT-VALUE}).")
    private Path file = defaultFile(System.getProperty("culvert.home"));

    @Option(names = "--messages", description = "Messages each way, 100 to 100000 (default: ${DEFAULT-VALUE}).")
    private int messages = 1_000;

    @Option(names = "--json", description = "Print one JSON document instead of the timeline.")
    private boolean json;

    /** The checkout's README.md wherever the command is called; the start script says where that is. */
    static Path defaultFile(@Nullable String home) {
        Path readme = Path.of("README.md");
        return home == null ? readme : Path.of(home).resolve(readme);
    }

    @Override
    public Integer call() {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new ParameterException(spec.commandLine(), "No readable file " + file + "; name one with --file");
        }
        if (messages < 100 || messages > 100_000 || messages % 100 != 0) {
            throw new ParameterException(spec.commandLine(), "--messages is 100 to 100000 in hundreds");
        }
        PrintStream out = System.out;
        Timeline timeline = new Timeline(out, json);
        Progress progress = new Progress(System.err);
        new Demo(timeline, progress, file.toAbsolutePath(), messages).run();
        progress.wipe();
        timeline.printSummary();
        if (json) {
            timeline.printJson();
        }
        return timeline.passed() ? 0 : 1;
    }
}
