package dev.culvert.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class FollowedFileTest {
    @TempDir
    Path folder;

    @Test
    void shouldWaitForTheFileAndForEachLine() throws Exception {
        Path path = folder.resolve("signals");
        try (FollowedFile file = new FollowedFile(path);
                BufferedReader lines = new BufferedReader(new InputStreamReader(file, UTF_8))) {
            for (String line : new String[] {"first", "second", "third"}) {
                CompletableFuture<String> next = CompletableFuture.supplyAsync(() -> read(lines), OwnThread.EACH);
                Files.writeString(path, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                Files.writeString(path, "\n", StandardOpenOption.APPEND);

                assertEquals(line, next.get(10, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void shouldEndWhenItIsClosed() throws Exception {
        FollowedFile file = new FollowedFile(folder.resolve("never"));
        CompletableFuture<String> next = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return "read " + file.read();
                    } catch (IOException e) {
                        return e.toString();
                    }
                },
                OwnThread.EACH);

        file.close();

        assertEquals("read -1", next.get(10, TimeUnit.SECONDS));
    }

    @Test
    void shouldFailWhenTheFileIsWrittenAnew() throws Exception {
        Path path = folder.resolve("signals");
        Files.writeString(path, "from an earlier run\n");
        try (FollowedFile file = new FollowedFile(path)) {
            assertEquals(20, file.read(new byte[100]));
            Files.writeString(path, "new\n");

            assertThrows(IOException.class, () -> file.read(new byte[100]));
        }
    }

    private static String read(BufferedReader lines) {
        try {
            return lines.readLine();
        } catch (IOException e) {
            return e.toString();
        }
    }
}
