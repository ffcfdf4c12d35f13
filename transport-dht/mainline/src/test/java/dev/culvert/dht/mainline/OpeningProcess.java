package dev.culvert.dht.mainline;

import dev.culvert.transport.EngineUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the second JVM of {@link MainlineNativesTest} runs: opens an engine, twice, and prints what came of it, with the
 * number of files that lie in its temporary directory while the engine runs.
 */
final class OpeningProcess {
    private OpeningProcess() {}

    public static void main(String[] args) throws IOException {
        for (int i = 0; i < 2; i++) {
            try (MainlineDht dht = MainlineDht.open(MainlineConfig.loopback(List.of()))) {
                System.out.println("opened " + (dht.nodePort() > 0) + ", files " + files());
            } catch (EngineUnavailableException e) {
                System.out.println("unavailable: " + e.getMessage());
            }
        }
    }

    private static long files() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.count();
        }
    }
}
