package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A laboratory comes and goes as a whole, whatever happens to who has opened it. */
@Timeout(60)
class LabLifeTest {
    /** Opens a laboratory, tells its prefix and its holder's process id, and waits to be killed. */
    public static final class Owner {
        private Owner() {}

        public static void main(String[] arguments) throws IOException {
            NatLab lab = NatLab.open(NatKind.PORT, NatKind.SYM);
            System.out.println(lab.prefix() + " " + lab.holder().pid());
            System.out.println(System.in.read());
        }
    }

    @BeforeAll
    static void require() {
        NatLabExtension.require();
    }

    private static List<String> namespaces(String prefix) {
        String[] names = new File("/run/netns").list();
        return names == null
                ? List.of()
                : Arrays.stream(names)
                        .filter(name -> name.startsWith(prefix + "-"))
                        .toList();
    }

    @Test
    void shouldLeaveNothingWhenClosedThoughPeersStillRun() {
        NatLab lab = NatLab.open(NatKind.CGN, NatKind.PORT);
        LabPeer peer = lab.start(Side.A);
        assertNotEquals(List.of(), namespaces(lab.prefix()));

        lab.close();
        lab.close();

        assertEquals(List.of(), namespaces(lab.prefix()));
        peer.close();
    }

    @Test
    void shouldStandBesideAnother() {
        try (NatLab first = NatLab.open(NatKind.PORT, NatKind.PORT);
                NatLab second = NatLab.open(NatKind.SYM, NatKind.PORT)) {
            assertNotEquals(first.prefix(), second.prefix());
            assertTrue(first.discover(Side.A).contains("NAT with Endpoint Independent Mapping!"));
            assertTrue(second.discover(Side.A).contains("NAT with Address and Port Dependent Mapping!"));
        }
    }

    @Test
    void shouldGoWhenItsOwnerIsKilled() throws Exception {
        Process owner = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Owner.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String[] told = owner.inputReader().readLine().split(" ", -1);
        ProcessHandle holder = ProcessHandle.of(Long.parseLong(told[1])).orElseThrow();
        assertNotEquals(List.of(), namespaces(told[0]));

        owner.destroyForcibly().waitFor();

        holder.onExit().get(20, TimeUnit.SECONDS);
        assertEquals(List.of(), namespaces(told[0]));
    }

    @Test
    void shouldBeSweptUpWhenItsHolderIsKilled() throws Exception {
        NatLab killed = NatLab.open(NatKind.PORT, NatKind.PORT);
        killed.holder().destroyForcibly().waitFor();
        assertNotEquals(List.of(), namespaces(killed.prefix()));

        try (NatLab next = NatLab.open(NatKind.NONE, NatKind.NONE)) {
            assertEquals(List.of(), namespaces(killed.prefix()));
            assertNotEquals(List.of(), namespaces(next.prefix()));
        }
    }

    @Test
    void shouldNotTouchALaboratoryThatIsThereAlready() {
        try (NatLab lab = NatLab.open(NatKind.PORT, NatKind.PORT)) {
            List<String> before = namespaces(lab.prefix());
            List<String> again = List.of(NatLab.script().toString(), "up", "-p", lab.prefix(), "none", "none");

            assertThrows(LabException.class, () -> NatLab.run(again));

            assertEquals(before, namespaces(lab.prefix()));
            assertTrue(
                    lab.discover(Side.A).contains("Address and Port Dependent Filtering!"), "and still with its NATs");
        }
    }

    /** Who clears up in one checkout must not end somebody else's work on the same machine. */
    @Test
    void shouldNotGoWhenAnotherCheckoutTakesDownAllOfItsOwn(@TempDir Path otherCheckout) throws IOException {
        Path otherScript = otherCheckout.resolve("natlab");
        Files.copy(NatLab.script(), otherScript, StandardCopyOption.COPY_ATTRIBUTES);
        try (NatLab lab = NatLab.open(NatKind.PORT, NatKind.PORT)) {
            List<String> before = namespaces(lab.prefix());

            NatLab.run(List.of(otherScript.toString(), "down", "--all"));

            assertEquals(before, namespaces(lab.prefix()));
            assertTrue(lab.holder().isAlive());
        }
    }

    @Test
    void shouldSayWhatIsWrongAndLeaveNothing() {
        String script = NatLab.script().toString();

        LabException refused = assertThrows(
                LabException.class, () -> NatLab.run(List.of(script, "up", "-p", "wrong", "port", "cone")));

        assertTrue(refused.getMessage().contains("no such NAT: cone"), refused.getMessage());
        assertEquals(List.of(), namespaces("wrong"));
    }

    @Test
    void shouldRefuseWhatMakesNoSenseAndStandAsItWas() {
        String script = NatLab.script().toString();
        try (NatLab lab = NatLab.open(NatKind.PORT, NatKind.PORT)) {
            String prefix = lab.prefix();
            for (List<String> wrong : List.of(
                    List.of("nat", "-p", prefix, "c", "port"),
                    List.of("nat", "-p", prefix, "a"),
                    List.of("rtt", "-p", prefix, "soon"),
                    List.of("loss", "-p", prefix, "100"),
                    List.of("loss", "-p", "nobody", "1"))) {
                List<String> command = new ArrayList<>(List.of(script));
                command.addAll(wrong);
                LabException refused = assertThrows(LabException.class, () -> NatLab.run(command));
                assertTrue(refused.getMessage().contains("natlab: "), refused.getMessage());
            }
            assertTrue(lab.discover(Side.A).contains("Address and Port Dependent Filtering!"));
        }
    }
}
