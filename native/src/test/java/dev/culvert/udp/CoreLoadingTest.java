package dev.culvert.udp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The native core as an app has it, out of a jar, and all that may keep it from loading: each in a JVM of its own, which has
 * the core even where this one was told to do without.
 */
class CoreLoadingTest {
    private static final Path CLASSES = Path.of("target/classes");
    private static final byte[] NO_FILE = {};
    private static final long SECONDS = 60;

    @TempDir
    Path folder;

    @BeforeAll
    static void findCore() throws IOException {
        try (Stream<Path> files = Files.walk(CLASSES)) {
            boolean built = files.anyMatch(file -> file.toString().endsWith(".so"));
            if ("1".equals(System.getenv("CULVERT_REQUIRE_TOOLS"))) {
                assertTrue(built, "there is no native core: no C compiler?");
            }
            assumeTrue(built, "there is no native core");
        }
    }

    @Test
    void shouldLoadOutOfAJarAndLeaveNoFile() throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));

        List<String> lines =
                run(jar(library -> library), true, "-Djava.io.tmpdir=" + temporary, "-Djna.tmpdir=" + temporary);

        assertTrue(lines.get(0).startsWith("native (linux, "), lines.toString());
        assertEquals(List.of("NativeUdpPoller", "netlink"), lines.subList(1, 3));
        try (Stream<Path> left = Files.list(temporary)) {
            assertEquals(List.of(), left.filter(Files::isRegularFile).toList());
        }
    }

    @Test
    void shouldDoWithoutAPlaceForTheFile() throws Exception {
        List<String> lines = run(jar(library -> library), true, "-Djava.io.tmpdir=" + folder.resolve("none"));

        assertIsTwin(lines, "NoSuchFileException");
    }

    @Test
    void shouldDoWithoutTheLibrary() throws Exception {
        assertIsTwin(run(jar(library -> NO_FILE), true), "none was built for");
    }

    @Test
    void shouldDoWithALibraryThatIsNone() throws Exception {
        Path wrong = jar(library -> new byte[] {'n', 'o', 'n', 'e'});

        assertIsTwin(run(wrong, true), "UnsatisfiedLinkError");
    }

    @Test
    void shouldRefuseALibraryOfAnotherBuild() throws Exception {
        assertIsTwin(run(jar(CoreLoadingTest::ofAnotherBuild), true), "another build (99)");
    }

    /** JNA looks for libraries in more places than the jar. */
    @Test
    void shouldLookForNetworkChangesWhereJnaFindsAnotherBuild() throws Exception {
        Path built = CLASSES.resolve(library());
        Files.write(folder.resolve("libculvert.so"), ofAnotherBuild(Files.readAllBytes(built)));

        List<String> lines = run(jar(library -> library), true, "-Djna.library.path=" + folder);

        assertTrue(lines.get(0).startsWith("native (linux, "), lines.toString());
        assertEquals(List.of("NativeUdpPoller", "polling"), lines.subList(1, 3));
    }

    private static String library() {
        String processor = System.getProperty("os.arch");
        return "linux-" + (processor.equals("amd64") ? "x86-64" : processor) + "/libculvert.so";
    }

    /** The same but for the number that {@code cv_abi} returns: "mov eax, 2; ret" of x86-64, "mov w0, #2; ret" of aarch64. */
    private static byte[] ofAnotherBuild(byte[] library) {
        String text = new String(library, ISO_8859_1);
        String other = text.replace("\u00b8\2\0\0\0\u00c3", "\u00b8\143\0\0\0\u00c3")
                .replace("\100\0\u0080\122\u00c0\3\137\u00d6", "\140\14\u0080\122\u00c0\3\137\u00d6");
        assertNotEquals(text, other, "the compiler has put it in other words");
        return other.getBytes(ISO_8859_1);
    }

    @Test
    void shouldBeKeptOutWhenSoTold() throws Exception {
        assertIsTwin(run(jar(library -> library), true, "-Dculvert.native=false"), "switched off");
    }

    /** JNA is only what the network's changes are heard through. */
    @Test
    void shouldLookForNetworkChangesWithoutJna() throws Exception {
        List<String> lines = run(jar(library -> library), false);

        assertTrue(lines.get(0).startsWith("native (linux, "), lines.toString());
        assertEquals(List.of("NativeUdpPoller", "polling"), lines.subList(1, 3));
    }

    /** From Java 24 on a JVM can be told to call nothing native. */
    @Test
    @EnabledForJreRange(minVersion = 24)
    void shouldSayWhyWhereNothingNativeMayBeCalled() throws Exception {
        assertIsTwin(run(jar(library -> library), true, "--illegal-native-access=deny"), "IllegalCallerException");
    }

    /** JNA says so with a plain Error, when a system has a part of it that is older. */
    @Test
    void shouldLookForNetworkChangesWhereJnaDoesNotFit() throws Exception {
        Path source = Files.writeString(folder.resolve("Native.java"), """
                package com.sun.jna;

                public class Native {
                    static {
                        if (true) {
                            throw new Error("incompatible");
                        }
                    }

                    public static void register(Class<?> type, String name) {}
                }
                """);
        int failed =
                ToolProvider.getSystemJavaCompiler().run(null, null, null, "-d", folder.toString(), source.toString());
        assertEquals(0, failed);

        List<String> lines = run(jar(library -> library), true, "-Xbootclasspath/a:" + folder);

        assertTrue(lines.get(0).startsWith("native (linux, "), lines.toString());
        assertEquals(List.of("NativeUdpPoller", "polling"), lines.subList(1, 3));
    }

    /** Each loader has a copy of the library, and JNA one for each more: none may call into another's. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldLoadForEachClassLoader(boolean packed) throws Exception {
        Path classes = packed ? jar(library -> library) : CLASSES.toAbsolutePath();
        String path = classes + File.pathSeparator + others(true);

        List<String> lines = run(classes, true, List.of(), path, path, path);

        assertEquals(9, lines.size(), lines.toString());
        for (int i = 0; i < 9; i += 3) {
            assertTrue(lines.get(i).startsWith("native (linux, "), lines.toString());
            assertEquals(List.of("NativeUdpPoller", "netlink"), lines.subList(i + 1, i + 3));
        }
    }

    private static void assertIsTwin(List<String> lines, String why) {
        assertTrue(lines.get(0).startsWith("pure Java; no native core: "), lines.toString());
        assertTrue(lines.get(0).contains(why), lines.toString());
        assertEquals(List.of("NioUdpPoller", "polling"), lines.subList(1, 3));
    }

    /** The module's classes as a jar, with what becomes of each library. */
    private Path jar(UnaryOperator<byte[]> library) throws IOException {
        Path jar = folder.resolve("udp.jar");
        try (Stream<Path> files = Files.walk(CLASSES);
                OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = CLASSES.relativize(file).toString();
                byte[] bytes = Files.readAllBytes(file);
                byte[] content = name.endsWith(".so") ? library.apply(bytes) : bytes;
                if (content.length > 0) {
                    entries.putNextEntry(new JarEntry(name));
                    entries.write(content);
                }
            }
        }
        return jar;
    }

    private static List<String> run(Path jar, boolean jna, String... options) throws Exception {
        List<String> lines = run(jar, jna, List.of(options));
        assertEquals(3, lines.size(), lines.toString());
        return lines;
    }

    /** What else is on this test's class path. */
    private static String others(boolean jna) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !Path.of(entry).endsWith(CLASSES))
                .filter(entry -> jna || !Path.of(entry).getFileName().toString().startsWith("jna"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static List<String> run(Path jar, boolean jna, List<String> options, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", jar + File.pathSeparator + others(jna), CoreProbe.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().remove(NativeCore.VARIABLE);
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS), "it has not ended");
            return new String(process.getInputStream().readAllBytes(), UTF_8)
                    .lines()
                    .toList();
        } finally {
            process.destroyForcibly();
        }
    }
}
