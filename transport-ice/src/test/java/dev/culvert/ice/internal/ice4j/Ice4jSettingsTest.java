package dev.culvert.ice.internal.ice4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.ice4j.Transport;
import org.ice4j.TransportAddress;
import org.ice4j.ice.AgentConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** ice4j reads its settings once in a process, so each case has a process of its own. */
@Timeout(60)
class Ice4jSettingsTest {
    /** Prints the interval of consent checks. */
    public static final class Interval {
        private Interval() {}

        public static void main(String[] args) {
            if (args[0].contains("other")) {
                // Something else in the app has used ice4j before, which makes it read its configuration.
                System.err.println(
                        new TransportAddress(InetAddress.getLoopbackAddress(), 1, Transport.UDP).toRedactedString());
            }
            if (args[0].contains("agent")) {
                System.err.println(AgentConfig.config.getConsentFreshnessInterval());
            }
            Ice4jSettings.apply();
            System.out.println(AgentConfig.config.getConsentFreshnessInterval());
        }
    }

    private record Output(String interval, String log) {}

    private static Output run(String argument, String... options) throws Exception {
        List<String> command = new java.util.ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Interval.class.getName(), argument));
        Process process = new ProcessBuilder(command).start();
        try {
            process.getOutputStream().close();
            String interval = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            String log = new String(process.getErrorStream().readAllBytes(), UTF_8);
            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue(), log);
            return new Output(interval, log);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void shouldCheckConsentEveryFiveSecondsThoughIce4jWasTouchedBefore() throws Exception {
        assertEquals("PT5S", run("alone").interval());
        assertEquals("PT5S", run("other").interval());
    }

    @Test
    void shouldLeaveWhatTheAppHasSet() throws Exception {
        assertEquals(
                "PT7S",
                run("alone", "-Dice4j.consent-freshness.interval=7 seconds").interval());
    }

    @Test
    void shouldWarnWhenItComesTooLate() throws Exception {
        Output late = run("other agent");

        assertEquals("PT15S", late.interval());
        assertTrue(late.log().contains("before anything else uses ice4j"), late.log());
    }
}
