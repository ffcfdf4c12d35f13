package dev.culvert.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class CommandLineTest {
    private final StringWriter errors = new StringWriter();

    private int run(String... arguments) {
        return new CommandLine(new DemoCommand())
                .setErr(new PrintWriter(errors, true))
                .execute(arguments);
    }

    @Test
    void shouldNameAFileThatIsNotThere() {
        assertEquals(2, run("--file", "no-such-file"));
        assertTrue(errors.toString().contains("no-such-file; name one with --file"), errors.toString());
    }

    @Test
    void shouldSendTheCheckoutsReadmeWhereverItIsCalled() {
        assertEquals(Path.of("/checkout/README.md"), DemoCommand.defaultFile("/checkout"));
        assertEquals(Path.of("README.md"), DemoCommand.defaultFile(null));
    }

    @Test
    void shouldRefuseMessageCountsThatItCouldNotCheck() {
        assertEquals(2, run("--file", "pom.xml", "--messages", "99"));
        assertEquals(2, run("--file", "pom.xml", "--messages", "1050"));
    }

    @Test
    void shouldFailATimelineWithOneFailedCheck() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Timeline timeline = new Timeline(new PrintStream(out, true, StandardCharsets.UTF_8), true);
        assertFalse(timeline.passed(), "nothing was checked yet");
        timeline.check("one", "right", true);
        assertTrue(timeline.passed());
        timeline.check("two", "wrong", false);
        timeline.figure("ms", 3);

        timeline.printJson();

        JsonObject document =
                JsonParser.parseString(out.toString(StandardCharsets.UTF_8)).getAsJsonObject();
        assertFalse(document.get("passed").getAsBoolean());
        assertEquals(2, document.getAsJsonArray("timeline").size());
        assertEquals(3, document.getAsJsonObject("figures").get("ms").getAsInt());
    }
}
