package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.Dht;
import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Takes the examples out of the public types' Javadoc, and compiles and runs each as a reader would. */
@Timeout(90)
@Tag("real-time")
class JavadocExamplesTest {
    private static final Path SOURCES = Path.of("src/main/java/dev/culvert/peer");
    private static final Pattern EXAMPLE = Pattern.compile("<pre>\\{@code\\R(.*?)\\R *\\* }</pre>", Pattern.DOTALL);
    private static final Pattern PUBLIC_TYPE =
            Pattern.compile("^public (?:final |sealed |abstract )?(?:class|interface|record|enum) ", Pattern.MULTILINE);

    /** What examples may use without saying where it comes from. */
    private static final String FRAME = """
            import dev.culvert.dht.*;
            import dev.culvert.ice.SendStatus;
            import dev.culvert.identity.Identity;
            import dev.culvert.peer.*;
            import dev.culvert.transport.*;
            import java.nio.ByteBuffer;
            import java.nio.charset.StandardCharsets;
            import java.nio.file.Path;
            import java.time.Duration;
            import java.util.*;
            import java.util.concurrent.ConcurrentHashMap;

            public final class %s {
                public static void run(Identity self, Dht dht, Path directory, PeerId peer, PeerTransport transport)
                        throws Exception {
            %s
                }
            }
            """;

    @TempDir
    Path directory;

    private record Example(String name, String code) {}

    private static List<Path> publicTypes() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> PUBLIC_TYPE.matcher(read(file)).find())
                    .sorted()
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Example> examples(Path file) {
        List<Example> examples = new ArrayList<>();
        Matcher matcher = EXAMPLE.matcher(read(file));
        while (matcher.find()) {
            String code = matcher.group(1).replaceAll("(?m)^ *\\* ?", "");
            String type = file.getFileName().toString().replace(".java", "");
            examples.add(new Example(type + "Example" + (examples.size() + 1), code));
        }
        return examples;
    }

    @Test
    void shouldHaveAnExampleForEachPublicType() throws IOException {
        List<Path> types = publicTypes();
        assertTrue(types.size() >= 10, types::toString);
        for (Path type : types) {
            if (!type.endsWith("package-info.java")) {
                assertFalse(examples(type).isEmpty(), () -> "no example in " + type);
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> shouldRunEachExample() throws IOException {
        return publicTypes().stream()
                .flatMap(type -> examples(type).stream())
                .map(example -> DynamicTest.dynamicTest(example.name(), () -> run(example)));
    }

    private void run(Example example) throws Exception {
        Path classes = compile(example);
        MemoryNetwork network = new MemoryNetwork();
        Identity self = Identity.generate();
        try (URLClassLoader loader =
                        new URLClassLoader(new URL[] {classes.toUri().toURL()});
                PeerTransport transport = open(network, "app-" + example.name());
                PeerTransport other = open(network, "other-" + example.name())) {
            other.addContact(self.peerId()).join();
            other.addContact(transport.localPeer()).join();
            Path own = directory.resolve("own-" + example.name());
            loader.loadClass(example.name())
                    .getMethod("run", Identity.class, Dht.class, Path.class, PeerId.class, PeerTransport.class)
                    .invoke(null, self, MemoryDht.join(network), own, other.localPeer(), transport);
        }
    }

    private PeerTransport open(MemoryNetwork network, String name) {
        return PeerTransport.builder(Identity.generate())
                .dht(MemoryDht.join(network))
                .directory(directory.resolve(name))
                .includeLoopback(true)
                .pollInterval(Duration.ofMillis(100))
                .open();
    }

    private Path compile(Example example) throws IOException {
        Path folder = Files.createDirectories(directory.resolve("classes-" + example.name()));
        Path source = folder.resolve(example.name() + ".java");
        Files.writeString(source, FRAME.formatted(example.name(), example.code()));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        boolean compiled = compiler.getTask(
                        said,
                        null,
                        null,
                        List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none"),
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(source))
                .call();
        assertEquals("", compiled ? "" : said.toString());
        return folder;
    }
}
