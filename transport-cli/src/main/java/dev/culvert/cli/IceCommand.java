package dev.culvert.cli;

import dev.culvert.ice.IceConfig;
import dev.culvert.ice.StunServer;
import dev.culvert.transport.TransportException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code culvert ice}: one path to any other ICE agent, signalled by hand, by pipe or by file. */
@Command(
        name = "ice",
        mixinStandardHelpOptions = true,
        description = {
            "Connects with any other ICE agent over UDP and carries datagrams, without DHT, identities or encryption:"
                    + " a tool to try the two with each other.%n",
            "It writes its description as SDP lines to standard output and reads the far end's from standard input, or"
                    + " both from files that grow. A description ends with an empty line or with a=end-of-candidates;"
                    + " further a=candidate: lines may follow it. The end of the input ends the candidates. The side"
                    + " that offers is controlling. Everything else goes to standard error.%n",
            "Once connected, with --send or --echo it exchanges datagrams and ends when they are through. With neither,"
                    + " it shows what comes in; when the signalling is in files, each line typed is sent, and the end"
                    + " of standard input ends the command.%n",
            "Exits with 0 if data went both ways or the end was asked for, with 1 if not, with 2 for wrong usage.%n"
        })
final class IceCommand implements Callable<Integer> {
    private static final int MAX_SECONDS = 3_600;
    private static final int MAX_COUNT = 100_000;

    /** At three bytes each, and with a number, still a datagram. */
    private static final int MAX_TEXT = 16_384;

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private picocli.CommandLine.Model.CommandSpec spec;

    @ArgGroup(exclusive = true, multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Side side;

    /** Exactly one of the two. */
    static final class Side {
        @Option(names = "--offer", description = "Write the description first, and be controlling.")
        private boolean offer;

        @Option(names = "--answer", description = "Read the far end's description first, and be controlled.")
        @SuppressWarnings("UnusedVariable") // picocli sees that it is there instead of the other
        private boolean answer;
    }

    @Option(
            names = "--in",
            paramLabel = "FILE",
            description = "Read the far end's lines from here, as it grows. One of an earlier run must be gone.")
    private @Nullable Path inFile;

    @Option(names = "--out", paramLabel = "FILE", description = "Write our lines here; what was in it goes.")
    private @Nullable Path outFile;

    @Option(names = "--stun", paramLabel = "HOST:PORT", description = "A STUN server; may be repeated.")
    private List<String> stunServers = new ArrayList<>();

    @Mixin
    private final RelayOptions relays = new RelayOptions();

    @Option(names = "--bind", paramLabel = "ADDRESS", description = "A local address to use; may be repeated.")
    private List<String> addresses = new ArrayList<>();

    @Option(names = "--loopback", description = "Use loopback addresses too.")
    private boolean loopback;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "For connecting, and then for the exchange (default: ${DEFAULT-VALUE}).")
    private double timeout = 30;

    @Option(names = "--no-trickle", description = "Write the description when it is complete, all at once.")
    private boolean noTrickle;

    @Option(
            names = "--media",
            paramLabel = "TYPE",
            description = "Begin the description with m= and c= lines of this media type, as application.")
    private @Nullable String media;

    @Option(names = "--send", paramLabel = "TEXT", description = "Send this, and wait for it to come back.")
    private @Nullable String text;

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "Send so many, each with its number after the text (default: one, without a number).")
    private int count;

    @Option(names = "--echo", description = "Send every datagram of the far end back to it.")
    private boolean echo;

    @Option(
            names = "--expect",
            paramLabel = "N",
            description = "With --send or --echo: wait for so many datagrams of the far end's own.")
    private int expected;

    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            description = "With --send or --echo: end when nothing has come for so long (default: ${DEFAULT-VALUE}).")
    private double idle = 2;

    IceCommand() {
        this(System.in, System.out, System.err);
    }

    IceCommand(InputStream in, PrintStream out, PrintStream err) {
        this.in = in;
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        require((inFile == null) == (outFile == null), "--in and --out go together");
        require(count == 0 || text != null, "--count goes with --send");
        require(count >= 0 && count <= MAX_COUNT, "--count is 1 to " + MAX_COUNT);
        require(expected == 0 || text != null || echo, "--expect goes with --send or --echo");
        require(expected >= 0 && expected <= MAX_COUNT, "--expect is 0 to " + MAX_COUNT);
        require(
                text == null || (!text.isEmpty() && text.length() <= MAX_TEXT),
                "--send takes 1 to " + MAX_TEXT + " characters");
        IceConfig config = config();
        DatagramExchange exchange =
                new DatagramExchange(text, Math.max(count, 1), count > 0, echo, expected, seconds("--idle", idle));
        IceDialogue.Terms terms =
                new IceDialogue.Terms(side.offer, !noTrickle, checkedMedia(), seconds("--timeout", timeout));
        try (FollowedFile followed = inFile == null ? null : new FollowedFile(inFile);
                OutputStream signals = outFile == null ? null : Files.newOutputStream(outFile)) {
            IceDialogue dialogue = signals == null
                    ? new IceDialogue(config, terms, exchange, out, err, err)
                    : new IceDialogue(config, terms, exchange, printer(signals), out, err);
            dialogue.readSignals(followed == null ? in : followed);
            if (followed != null && text == null && !echo) {
                dialogue.readTyped(in);
            }
            return dialogue.run() ? 0 : 1;
        } catch (TransportException | IOException e) {
            err.println("culvert ice: " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private static PrintStream printer(OutputStream signals) {
        return new PrintStream(signals, true, StandardCharsets.UTF_8);
    }

    private IceConfig config() {
        try {
            List<InetAddress> local = new ArrayList<>();
            for (String address : addresses) {
                local.add(InetAddress.getByName(address));
            }
            return IceConfig.builder()
                    .localAddresses(local)
                    .includeLoopback(loopback)
                    .stunServers(stunServers.stream().map(StunServer::parse).toList())
                    .turnServers(relays.servers())
                    .relayOnly(relays.only())
                    .build();
        } catch (UnknownHostException | IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private @Nullable String checkedMedia() {
        require(media == null || media.matches("[a-z]{1,32}"), "--media is a word in small letters, as application");
        return media;
    }

    private Duration seconds(String option, double value) {
        require(value > 0 && value <= MAX_SECONDS, option + " is more than 0 and at most " + MAX_SECONDS + " seconds");
        return Duration.ofMillis(Math.max(1, Math.round(value * 1_000)));
    }

    private void require(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
