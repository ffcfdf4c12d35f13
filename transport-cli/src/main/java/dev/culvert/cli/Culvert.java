package dev.culvert.cli;

import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The top of the {@code culvert} command: picks the subcommand. */
@Command(
        name = "culvert",
        description = "Carries messages between two peers through NATs, and keeps them while the other side is away.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Provider.class,
        footer = {"", "In a checkout there is also ./culvert bench; ./culvert bench --help says what it measures."},
        subcommands = {
            DemoCommand.class,
            IceCommand.class,
            KeeperCommand.class,
            VersionCommand.class,
            PeerWorkerCommand.class,
            HelpCommand.class
        })
public final class Culvert {
    private Culvert() {}

    /** Runs the command line and exits with its status: 0 for success, 1 for failure, 2 for wrong usage. */
    public static void main(String[] arguments) {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        CommandLine line = new CommandLine(new Culvert());
        // Without a subcommand there is nothing to do but to say what there is.
        int status = arguments.length == 0 ? line.execute("--help") : line.execute(arguments);
        System.out.flush();
        System.exit(status);
    }
}
