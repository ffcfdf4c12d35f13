package dev.culvert.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The command with itself at the other end, over pipes and files; and its wrong uses. */
@Timeout(60)
class IceCommandTest {
    @TempDir
    Path folder;

    /** One run of the command, with what it printed. */
    private static final class Run {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();
        private final StringWriter usage = new StringWriter();

        int execute(InputStream in, PrintStream signals, String... arguments) {
            return new CommandLine(new IceCommand(in, signals, new PrintStream(err, true, UTF_8)))
                    .setErr(new PrintWriter(usage, true))
                    .execute(arguments);
        }

        int execute(String in, String... arguments) {
            return execute(new ByteArrayInputStream(in.getBytes(UTF_8)), new PrintStream(out, true, UTF_8), arguments);
        }

        CompletableFuture<Integer> start(InputStream in, PrintStream signals, String... arguments) {
            return CompletableFuture.supplyAsync(() -> execute(in, signals, arguments), OwnThread.EACH);
        }

        String out() {
            return out.toString(UTF_8);
        }

        String err() {
            return err.toString(UTF_8) + usage;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--offer --answer",
                "--offer --in x",
                "--offer --out x",
                "--offer --count 3",
                "--offer --send x --count -1",
                "--offer --send x --count 100001",
                "--offer --send=",
                "--offer --expect 1",
                "--offer --echo --expect -1",
                "--offer --timeout 0",
                "--offer --timeout -1",
                "--offer --timeout NaN",
                "--offer --timeout 3601",
                "--offer --timeout soon",
                "--offer --idle 0",
                "--offer --media APPLICATION",
                "--offer --media x/y",
                "--offer --bind 224.0.0.1",
                "--offer --bind ::1%nowhere",
                "--offer --stun host:port",
                "--offer --turn turn:host --turn-user me",
                "--offer --turn http://host --turn-user me",
                "--offer --relay-only",
                "--offer --nonsense"
            })
    void shouldRefuseWrongUsage(String arguments) {
        Run run = new Run();

        assertEquals(2, run.execute("", arguments.isEmpty() ? new String[0] : arguments.split(" ")));
        assertFalse(run.err().isBlank());
        assertEquals("", run.out());
    }

    @Test
    void shouldExplainItself() {
        String help = new CommandLine(new IceCommand()).getUsageMessage();

        for (String word :
                List.of("--offer", "--answer", "--in=FILE", "--stun=HOST:PORT", "--turn=URI", "a=end-of-candidates")) {
            assertTrue(help.contains(word), help);
        }
    }

    @Test
    void shouldConnectOverPipesAndSendBothWays() throws Exception {
        Run offerer = new Run();
        Run answerer = new Run();
        try (PipedInputStream offered = new PipedInputStream(8_192);
                PipedInputStream answered = new PipedInputStream(8_192);
                PrintStream offer = new PrintStream(new PipedOutputStream(offered), true, UTF_8);
                PrintStream answer = new PrintStream(new PipedOutputStream(answered), true, UTF_8)) {
            String[] common = {"--bind", "127.0.0.1", "--idle", "0.3"};
            CompletableFuture<Integer> near =
                    offerer.start(answered, offer, with(common, "--offer", "--send", "ping", "--count", "20"));
            CompletableFuture<Integer> far =
                    answerer.start(offered, answer, with(common, "--answer", "--echo", "--expect", "20"));

            assertEquals(0, near.get(30, TimeUnit.SECONDS), offerer::err);
            assertEquals(0, far.get(30, TimeUnit.SECONDS), answerer::err);
        }
        assertTrue(offerer.err().contains("sent 20, of these came back 20, received 0"), offerer.err());
        assertTrue(answerer.err().contains("sent 0, of these came back 0, received 20"), answerer.err());
        assertTrue(offerer.err().contains("ping 7"), "what came back is shown");
    }

    @Test
    void shouldConnectOverFilesAndCarryWhatIsTyped() throws Exception {
        Run offerer = new Run();
        Run answerer = new Run();
        String offer = folder.resolve("offer").toString();
        String answer = folder.resolve("answer").toString();
        String[] common = {"--bind", "127.0.0.1", "--idle", "1"};
        CompletableFuture<Integer> near = offerer.start(
                typed("hello\nthere\n"),
                new PrintStream(offerer.out, true, UTF_8),
                with(common, "--offer", "--in", answer, "--out", offer));
        CompletableFuture<Integer> far = answerer.start(
                typed("good \u001b[31mday\n"),
                new PrintStream(answerer.out, true, UTF_8),
                with(common, "--answer", "--no-trickle", "--in", offer, "--out", answer));

        assertEquals(0, near.get(30, TimeUnit.SECONDS), offerer::err);
        assertEquals(0, far.get(30, TimeUnit.SECONDS), answerer::err);
        assertEquals("good \\u001b[31mday", offerer.out().strip());
        assertEquals(List.of("hello", "there"), answerer.out().lines().toList());
        assertTrue(Files.readString(Path.of(answer)).endsWith("a=end-of-candidates\r\n\r\n"));
    }

    @Test
    void shouldSayWhyItDoesNotConnect() {
        Run run = new Run();
        String nobody = """
                a=ice-ufrag:abcd
                a=ice-pwd:0123456789abcdefghijkl
                a=candidate:1 1 UDP 1 127.0.0.1 9 typ host
                """;

        assertEquals(1, run.execute(nobody, "--answer", "--bind", "127.0.0.1", "--timeout", "0.5"));

        assertTrue(run.err().startsWith("culvert ice: No path to the peer was found within 500 ms"), run.err());
        assertTrue(run.out().startsWith("a=ice-ufrag:"), "it answered");
    }

    @Test
    void shouldSayThatTheInputIsNoDescription() {
        Run run = new Run();
        assertEquals(1, run.execute("v=0\n\n", "--answer", "--bind", "127.0.0.1"));
        assertTrue(run.err().contains("has no ufrag"), run.err());

        Run silent = new Run();
        assertEquals(1, silent.execute("", "--offer", "--bind", "127.0.0.1"));
        assertTrue(silent.err().contains("input ended before"), silent.err());
    }

    @Test
    void shouldSayThatAFileCanNotBeWritten() {
        Run run = new Run();
        String nowhere = folder.resolve("no/such").toString();

        assertEquals(1, run.execute("", "--offer", "--bind", "127.0.0.1", "--in", nowhere, "--out", nowhere));
        assertTrue(run.err().contains("no/such"), run.err());
    }

    @Test
    void shouldShowNothingThatDrivesATerminal() {
        assertEquals("a\\u001b[2J\\u0007\\u202eb", DatagramFlow.printable("a\u001b[2J\u0007\u202eb".getBytes(UTF_8)));
        assertEquals("grüß \u4e16", DatagramFlow.printable("grüß \u4e16".getBytes(UTF_8)));
    }

    private static InputStream typed(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    private static String[] with(String[] common, String... more) {
        List<String> all = new ArrayList<>(List.of(common));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }
}
