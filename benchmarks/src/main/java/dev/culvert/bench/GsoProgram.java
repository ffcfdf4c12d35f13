package dev.culvert.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;

/** The yardstick in C, gso.c beside this class, compiled when it is wanted and gone when this is closed. */
final class GsoProgram implements AutoCloseable {
    private static final long LIMIT_SECONDS = 30;

    private final Path folder;

    /** @throws SkippedException if it can not be compiled here */
    GsoProgram() throws IOException, InterruptedException, SkippedException {
        folder = Files.createTempDirectory("culvert-bench");
        try {
            compile();
        } catch (IOException | SkippedException e) {
            close();
            throw e;
        }
    }

    private void compile() throws IOException, InterruptedException, SkippedException {
        Path source = folder.resolve("gso.c");
        try (InputStream text = GsoProgram.class.getResourceAsStream("gso.c")) {
            if (text == null) {
                throw new IOException("gso.c is not on the class path");
            }
            Files.copy(text, source, StandardCopyOption.REPLACE_EXISTING);
        }
        Process compiler;
        try {
            compiler = new ProcessBuilder(
                            "cc", "-O2", "-Wall", "-Wextra", "-pthread", "-o", path().toString(), source.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new SkippedException("there is no C compiler (cc)");
        }
        compiler.getOutputStream().close();
        String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!compiler.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || compiler.exitValue() != 0) {
            compiler.destroyForcibly();
            throw new SkippedException("gso.c can not be compiled: " + said.strip());
        }
    }

    /** Where the program is. */
    Path path() {
        return folder.resolve("gso");
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(path());
        Files.deleteIfExists(folder.resolve("gso.c"));
        Files.deleteIfExists(folder);
    }
}
