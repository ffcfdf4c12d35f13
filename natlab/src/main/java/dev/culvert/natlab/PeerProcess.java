package dev.culvert.natlab;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.natlab.PeerEngine.FailedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/**
 * One peer of the laboratory, in a JVM on its host: obeys the lines of its input, one after another, until it ends, and
 * answers each with one line. {@code libnice-peer.c} does the same.
 */
final class PeerProcess {
    private final PrintStream out;
    private final PeerEngine engine;

    private PeerProcess(PrintStream out, PeerEngine engine) {
        this.out = out;
        this.engine = engine;
    }

    /** Takes the {@link PeerKind}'s word. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        PrintStream out = new PrintStream(System.out, true, UTF_8);
        PeerEngine engine = arguments[0].equals(PeerKind.ICE4J.word()) ? new Ice4jEngine() : new CulvertEngine();
        try (engine) {
            engine.warmUp();
            out.println("ready");
            new PeerProcess(out, engine).obey(new BufferedReader(new InputStreamReader(System.in, UTF_8)));
        }
        System.exit(0); // ice4j has threads that would hold the process for a minute
    }

    private void obey(BufferedReader commands) throws IOException, InterruptedException {
        String line = commands.readLine();
        while (line != null) {
            out.println(answer(List.of(line.split(" ", -1))));
            line = commands.readLine();
        }
    }

    private String answer(List<String> words) throws InterruptedException {
        try {
            return switch (words.get(0)) {
                case "gather" -> "description " + engine.gather(servers(words), millis(words.get(5)));
                case "connect" -> connect(words);
                case "path" -> connected(engine.path());
                case "mtu" -> "mtu " + engine.mtu();
                case "send" -> "sent " + engine.send(words.get(1));
                case "receive" -> "received " + engine.receive(millis(words.get(1)));
                default -> throw new IllegalArgumentException("no such command: " + words.get(0));
            };
        } catch (FailedException e) {
            return "failed " + String.valueOf(e.getMessage()).replace('\n', ' ');
        }
    }

    /** Four words tell the servers, and one after the time what is extra. */
    private static Servers servers(List<String> words) {
        Servers servers = Servers.parse(words.subList(1, 5));
        return words.size() > 6 ? servers.withExtra(words.get(6)) : servers;
    }

    private String connect(List<String> words) throws FailedException {
        return connected(engine.connect(words.get(1).equals("CONTROLLING"), millis(words.get(2)), words.get(3)));
    }

    private static String connected(PeerEngine.Path path) {
        return "connected " + path.localType() + " " + path.remoteType() + " " + path.nanos() + " " + path.tier();
    }

    private static Duration millis(String word) {
        return Duration.ofMillis(Long.parseLong(word));
    }
}
