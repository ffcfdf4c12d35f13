package dev.culvert.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Programs of the system that a suite prepares something with. */
final class Commands {
    private static final long LIMIT_SECONDS = 10;

    private Commands() {}

    /**
     * Runs one to its end.
     *
     * @throws IOException if there is none, or it fails, with what it said
     */
    static void run(String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", words) + ": " + said.strip());
        }
    }
}
