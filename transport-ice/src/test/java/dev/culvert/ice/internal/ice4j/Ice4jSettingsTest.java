package dev.culvert.ice.internal.ice4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.ice4j.StackProperties;
import org.ice4j.Transport;
import org.ice4j.TransportAddress;
import org.ice4j.ice.harvest.HarvestConfig;
import org.ice4j.message.MessageFactory;
import org.ice4j.stack.StunClientTransaction;
import org.ice4j.stack.StunStack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** ice4j reads its settings once in a process, so each case has a process of its own. */
@Timeout(60)
class Ice4jSettingsTest {
    /** Prints whether ice4j would look for Amazon's network. */
    public static final class SeeksAmazon {
        private SeeksAmazon() {}

        public static void main(String[] args) {
            if (args[0].equals("other")) {
                // Something else in the app has used ice4j before, which makes it read its configuration.
                System.err.println(
                        new TransportAddress(InetAddress.getLoopbackAddress(), 1, Transport.UDP).toRedactedString());
            }
            Ice4jSettings.apply();
            System.out.println(HarvestConfig.config.enableAwsHarvester());
        }
    }

    private static String run(String argument, String... options) throws Exception {
        return run(SeeksAmazon.class, argument, options);
    }

    private static String run(Class<?> main, String argument, String... options) throws Exception {
        List<String> command = new java.util.ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName(), argument));
        Process process = new ProcessBuilder(command).start();
        try {
            process.getOutputStream().close();
            String answer = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            String log = new String(process.getErrorStream().readAllBytes(), UTF_8);
            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue(), log);
            return answer;
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void shouldHoldThoughIce4jWasTouchedBefore() throws Exception {
        assertEquals("false", run("alone"));
        assertEquals("false", run("other"));
    }

    @Test
    void shouldLeaveWhatTheAppHasSet() throws Exception {
        assertEquals("true", run("alone", "-Dice4j.harvest.mapping.aws.enabled=true"));
    }

    @Test
    void shouldRepeatChecksSoonUnlessTheAppHasSetThat() throws Exception {
        assertEquals("25", runFirstWait());
        assertEquals("70", runFirstWait("-D" + StackProperties.FIRST_CTRAN_RETRANS_AFTER + "=70"));
    }

    /** Prints how long a new transaction waits before it repeats its request. */
    public static final class FirstWait {
        private FirstWait() {}

        public static void main(String[] args) {
            Ice4jSettings.apply();
            TransportAddress anywhere = new TransportAddress(InetAddress.getLoopbackAddress(), 1, Transport.UDP);
            StunClientTransaction transaction = new StunClientTransaction(
                    new StunStack(), MessageFactory.createBindingRequest(), anywhere, anywhere, null);
            System.out.println(transaction.originalWaitInterval);
        }
    }

    private static String runFirstWait(String... options) throws Exception {
        return run(FirstWait.class, "", options);
    }
}
