package dev.culvert.natlab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.udp.NativeCore;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What routers and hosts report of datagrams, as a user without any privilege hears it. Host a's router is the one that
 * complains; IPv6 goes as far as that router.
 */
@Timeout(60)
class IcmpErrorsTest {
    private static final String A = "198.51.100.18";
    private static final String ROUTER = "198.51.100.17";
    private static final String B = "198.51.100.34";
    private static final String A6 = "2001:db8:0:0:0:0:0:2";
    private static final String ROUTER6 = "2001:db8:0:0:0:0:0:1";

    /** Behind the router; nobody is there. */
    private static final String FAR6 = "2001:db8:2:0:0:0:0:9";

    private static final int CLOSED = 9;

    /** Datagrams to this port may cross no router. */
    private static final int SHORT_LIVED = 7_777;

    private static final String NOBODY = "65534";
    private static final int MTU = 1_300;

    @RegisterExtension
    static final NatLabExtension LAB = NatLabExtension.of(NatKind.NONE, NatKind.NONE);

    @TempDir
    static Path directory;

    private static Process process;
    private static PrintStream orders;
    private static BufferedReader answers;

    @BeforeAll
    static void start() throws IOException {
        if ("1".equals(System.getenv("CULVERT_REQUIRE_TOOLS")) && !"false".equals(System.getenv(NativeCore.VARIABLE))) {
            assertTrue(NativeCore.isAvailable(), NativeCore.describe());
        }
        Assumptions.assumeTrue(NativeCore.isAvailable(), NativeCore.describe());
        prepareNetwork();
        List<String> command = new ArrayList<>(LAB.lab().inside("a"));
        command.addAll(
                List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--bounding-set=-all"));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                readableByAll(),
                IcmpProbe.class.getName(),
                A,
                A6));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        orders = new PrintStream(process.getOutputStream(), true, UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        answer("ready");
        String owner = Files.readString(Path.of("/proc", Long.toString(process.pid()), "status"));
        assertTrue(owner.matches("(?s).*\nUid:\t65534\t65534\t65534\t65534\n.*"), owner);
        assertTrue(owner.matches("(?s).*\nCapEff:\t0000000000000000\n.*"), owner);
    }

    @AfterAll
    static void end() throws InterruptedException {
        if (process != null) {
            orders.close();
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    private static void run(String who, String script) {
        List<String> command = new ArrayList<>(LAB.lab().inside(who));
        command.addAll(List.of("sh", "-ec", script));
        NatLab.run(command);
    }

    private static void prepareNetwork() {
        String enable = "for i in all default eth0 lan wan; do f=/proc/sys/net/ipv6/conf/$i/disable_ipv6;"
                + " [ ! -e $f ] || echo 0 >$f; done; ";
        run(
                "ra",
                enable + "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding; echo 0 >/proc/sys/net/ipv6/icmp/ratelimit;"
                        + " ip -6 addr add " + ROUTER6 + "/64 dev lan nodad; ip link set wan mtu " + MTU
                        + "; ip -6 route add 2001:db8:2::/64 dev wan");
        run(
                "a",
                enable + "ip -6 addr add " + A6 + "/64 dev eth0 nodad; ip -6 route add default via " + ROUTER6
                        + "; nft 'add table inet low; add chain inet low out { type filter hook output priority 0; };"
                        + " add rule inet low out udp dport " + SHORT_LIVED
                        + " meta nfproto ipv4 ip ttl set 1; add rule inet low out udp dport " + SHORT_LIVED
                        + " meta nfproto ipv6 ip6 hoplimit set 1'");
    }

    /** Copies what the probe needs, and no more, to where everybody may read it. */
    private static String readableByAll() throws IOException {
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            boolean needed = Stream.of(
                            "/native/target/",
                            "culvert-native",
                            "/transport-api/target/",
                            "culvert-transport-api",
                            "/jna",
                            "/slf4j-api")
                    .anyMatch(entry::contains);
            if (needed) {
                Path copy =
                        directory.resolve(Integer.toString(entries.size()) + (entry.endsWith(".jar") ? ".jar" : ""));
                NatLab.run(List.of("cp", "-r", entry, copy.toString()));
                entries.add(copy.toString());
            }
        }
        Path own = directory.resolve("own");
        Path classes = Path.of(IcmpProbe.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        NatLab.run(List.of(
                "sh",
                "-ec",
                "mkdir -p $1/dev/culvert/natlab; cp $0/dev/culvert/natlab/IcmpProbe*.class $1/dev/culvert/natlab;"
                        + " chmod -R a+rX $1/..",
                classes.toString(),
                own.toString()));
        entries.add(own.toString());
        return String.join(File.pathSeparator, entries);
    }

    private static String answer(String wanted) {
        try {
            String line = answers.readLine();
            while (line != null && !line.startsWith(wanted)) {
                line = answers.readLine();
            }
            assertTrue(line != null, "the probe has ended");
            return line.substring(wanted.length()).strip();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sends one and returns what is reported of it. */
    private static String reported(int channel, String to, int port, int bytes) {
        orders.println("send " + channel + " " + to + " " + port + " " + bytes);
        return answer("icmp");
    }

    @Test
    void shouldNameTheHostWhosePortIsClosed() {
        assertEquals("PORT_UNREACHABLE " + B + " 9 " + B + " 0", reported(0, B, CLOSED, 100));
        assertEquals("PORT_UNREACHABLE " + ROUTER6 + " 9 " + ROUTER6 + " 0", reported(1, ROUTER6, CLOSED, 100));
    }

    @Test
    void shouldNameTheRouterWhereADatagramGotLostInTime() {
        assertEquals("TTL_EXCEEDED " + B + " 7777 " + ROUTER + " 0", reported(0, B, SHORT_LIVED, 100));
        assertEquals("TTL_EXCEEDED " + FAR6 + " 7777 " + ROUTER6 + " 0", reported(1, FAR6, SHORT_LIVED, 100));
    }

    @Test
    void shouldLearnTheMtuOfALinkFarAway() {
        assertEquals("TOO_BIG " + B + " 9 " + ROUTER + " " + MTU, reported(0, B, CLOSED, 1_400));
        orders.println("mtu 0 " + B + " 9");
        assertEquals(Integer.toString(MTU), answer("mtu"));

        assertEquals("TOO_BIG " + FAR6 + " 9 " + ROUTER6 + " " + MTU, reported(1, FAR6, CLOSED, 1_400));
        orders.println("mtu 1 " + FAR6 + " 9");
        assertEquals(Integer.toString(MTU), answer("mtu"));
    }
}
