package dev.culvert.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/**
 * {@code culvert ice} and libnice, each offering and answering (the offerer is controlling), over IPv4 and IPv6, with
 * libnice's candidates trickled and in one description, with its two ways to nominate. Every datagram must arrive, both
 * ways. Without libnice (Debian: libnice-dev, pkg-config, gcc) the tests are skipped, unless CULVERT_REQUIRE_TOOLS=1 says
 * that it must be there. {@code -Dculvert.libnice.runs=20} makes each connection 20 times.
 */
@Timeout(600)
class LibniceInteropTest {
    private static final int RUNS = Integer.getInteger("culvert.libnice.runs", 1);
    private static final int COUNT = 100;
    private static final Pattern CONNECTED = Pattern.compile("connected in ([0-9.]+) ms[:,] ");

    @TempDir
    static Path folder;

    private static Path program;

    @BeforeAll
    static void build() throws Exception {
        String missing = LibnicePeer.missing();
        if (!missing.isEmpty()) {
            String message = missing + "; install libnice-dev, pkg-config and gcc to test against libnice";
            assertTrue(!"1".equals(System.getenv("CULVERT_REQUIRE_TOOLS")), message);
            assumeTrue(false, message);
        }
        program = LibnicePeer.build(folder);
    }

    private static String[] culvert(String side, String address) {
        return new String[] {
            "--" + side,
            "--bind",
            address,
            "--media",
            "application",
            "--timeout",
            "15",
            "--idle",
            "0.6",
            "--echo",
            "--send",
            "culvert",
            "--count",
            String.valueOf(COUNT),
            "--expect",
            String.valueOf(COUNT)
        };
    }

    private static String allThere() {
        return "sent " + COUNT + ", of these came back " + COUNT + ", received " + COUNT;
    }

    @ParameterizedTest(name = "culvert {0}s at {1}, libnice {2}s its candidates, {3} nomination")
    @CsvSource({
        "offer, 127.0.0.1, trickle, aggressive",
        "offer, 127.0.0.1, whole, regular",
        "offer, ::1, trickle, regular",
        "offer, ::1, whole, aggressive",
        "answer, 127.0.0.1, trickle, regular",
        "answer, 127.0.0.1, whole, aggressive",
        "answer, ::1, trickle, aggressive",
        "answer, ::1, whole, regular",
    })
    void shouldConnectAndLoseNothing(String side, String address, String signalling, String nomination)
            throws Exception {
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        List<String> words = List.of(side.equals("offer") ? "answer" : "offer", signalling, nomination, address);
        for (int run = 0; run < RUNS; run++) {
            try (LibnicePeer peer = LibnicePeer.start(program, words, COUNT, folder.resolve("libnice.log"))) {
                ours.add(milliseconds(connect(peer, culvert(side, address))));
                theirs.add(milliseconds(peer.log()));
            }
        }
        System.out.printf(
                "culvert %ss, %s, libnice %s %s: %d of %d; connected in ms: culvert %s, libnice %s%n",
                side, address, signalling, nomination, ours.size(), RUNS, spread(ours), spread(theirs));
    }

    private static String spread(List<Double> times) {
        List<Double> sorted = times.stream().sorted().toList();
        return String.format("median %.0f, max %.0f", sorted.get(sorted.size() / 2), sorted.get(sorted.size() - 1));
    }

    /** Runs the command in this JVM; returns what it told. */
    private static String connect(LibnicePeer peer, String[] arguments) throws Exception {
        return connect(peer, peer.signalsTo(), arguments);
    }

    private static String connect(LibnicePeer peer, OutputStream signalled, String[] arguments) throws Exception {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (PrintStream signals = new PrintStream(signalled, true, StandardCharsets.UTF_8);
                PrintStream told = new PrintStream(err, true, StandardCharsets.UTF_8)) {
            int status = new CommandLine(new IceCommand(peer.signals(), signals, told)).execute(arguments);
            String both = err.toString(StandardCharsets.UTF_8) + peer.log();
            assertEquals(0, status, both);
            assertEquals(0, peer.status(), both);
            assertTrue(both.contains(allThere()), both);
        }
        return err.toString(StandardCharsets.UTF_8);
    }

    private static double milliseconds(String told) {
        Matcher connected = CONNECTED.matcher(told);
        assertTrue(connected.find(), told);
        return Double.parseDouble(connected.group(1));
    }

    /** Our candidates one by one: the reflexive one comes when the STUN server answers, after the description. */
    @ParameterizedTest(name = "culvert {0}s")
    @ValueSource(strings = {"offer", "answer"})
    void shouldTrickleToLibnice(String side) throws Exception {
        List<String> words = List.of(side.equals("offer") ? "answer" : "offer", "trickle", "aggressive", "127.0.0.1");
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        try (ReflexiveServer server = new ReflexiveServer();
                LibnicePeer peer = LibnicePeer.start(program, words, COUNT, folder.resolve("libnice.log"))) {
            List<String> arguments = new ArrayList<>(List.of(culvert(side, "127.0.0.1")));
            arguments.addAll(List.of("--stun", "127.0.0.1:" + server.port()));

            connect(peer, tee(peer.signalsTo(), copy, server::answer), arguments.toArray(String[]::new));
        }
        String[] parts = copy.toString(StandardCharsets.UTF_8).split("\r\n\r\n", 2);
        assertTrue(parts[0].contains("typ host") && !parts[0].contains("end-of-candidates"), parts[0]);
        List<String> later = parts[1].lines().toList();
        assertEquals(2, later.size(), parts[1]);
        assertTrue(later.get(0).contains(ReflexiveServer.SEEN + " typ srflx raddr 127.0.0.1 "), later.get(0));
        assertEquals("a=end-of-candidates", later.get(1));
    }

    /** Writes to both, and has something done once a whole description has been written. */
    private static OutputStream tee(OutputStream first, ByteArrayOutputStream copy, Runnable onDescribed) {
        return new FilterOutputStream(first) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                copy.write(bytes, offset, length);
                out.write(bytes, offset, length);
                if (copy.toString(StandardCharsets.UTF_8).contains("\r\n\r\n")) {
                    onDescribed.run();
                }
            }
        };
    }

    @Test
    void shouldConnectFromAProcessOfItsOwn() throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Culvert.class.getName(),
                "ice"));
        command.addAll(List.of(culvert("offer", "127.0.0.1")));
        Path log = folder.resolve("culvert.log");
        List<String> words = List.of("answer", "trickle", "aggressive", "127.0.0.1");
        Process culvert =
                new ProcessBuilder(command).redirectError(log.toFile()).start();
        try (LibnicePeer peer = LibnicePeer.start(program, words, COUNT, folder.resolve("libnice.log"))) {
            pump(culvert.getInputStream(), peer.signalsTo());
            pump(peer.signals(), culvert.getOutputStream());

            int status = culvert.waitFor();

            String told = Files.readString(log);
            assertEquals(0, status, told);
            assertEquals(0, peer.status(), peer.log());
            assertTrue(told.contains(allThere()), told);
            System.out.println("culvert in a process of its own: connected in " + milliseconds(told) + " ms");
        } finally {
            culvert.destroyForcibly();
        }
    }

    /** Carries lines from one process to the other until one of them ends. */
    private static void pump(InputStream from, OutputStream to) {
        Thread thread = new Thread(
                () -> {
                    try (from;
                            to) {
                        byte[] bytes = new byte[8_192];
                        int read = from.read(bytes);
                        while (read > 0) {
                            to.write(bytes, 0, read);
                            to.flush();
                            read = from.read(bytes);
                        }
                    } catch (IOException e) {
                        // The other has ended.
                    }
                },
                "culvert-test-pump");
        thread.setDaemon(true);
        thread.start();
    }
}
