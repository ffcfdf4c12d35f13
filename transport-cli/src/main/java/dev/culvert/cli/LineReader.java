package dev.culvert.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;

/**
 * Reads a stream's lines on a daemon thread of its own, from its start to the end of the stream. Reads no further than
 * {@link #AHEAD} lines before what was read has been taken, and no line longer than {@link #MAX_LINE}.
 */
final class LineReader {
    static final int MAX_LINE = 8_192;

    private static final int AHEAD = 64;

    private final Semaphore ahead = new Semaphore(AHEAD);
    private final BufferedReader in;
    private final BiConsumer<String, Runnable> lines;
    private final Runnable end;

    private LineReader(InputStream in, BiConsumer<String, Runnable> lines, Runnable end) {
        this.in = new BufferedReader(new InputStreamReader(in, UTF_8));
        this.lines = lines;
        this.end = end;
    }

    /**
     * Starts to read.
     *
     * @param name the thread's
     * @param lines gets each line on the reading thread, and what to call on any thread when it has been worked off
     * @param end called on the reading thread at the end, also the one by an error or a line that is too long
     */
    static void start(String name, InputStream in, BiConsumer<String, Runnable> lines, Runnable end) {
        Thread thread = new Thread(new LineReader(in, lines, end)::read, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void read() {
        StringBuilder line = new StringBuilder();
        try {
            int c = in.read();
            while (c >= 0 && line.length() <= MAX_LINE) {
                if (c == '\n') {
                    pass(line);
                } else {
                    line.append((char) c);
                }
                c = in.read();
            }
            if (c < 0 && !line.isEmpty()) {
                pass(line); // a last one without its end
            }
        } catch (IOException e) {
            // An input that can not be read has ended.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end.run();
        }
    }

    private void pass(StringBuilder line) throws InterruptedException {
        ahead.acquire();
        boolean carriageReturn = !line.isEmpty() && line.charAt(line.length() - 1) == '\r';
        lines.accept(line.substring(0, line.length() - (carriageReturn ? 1 : 0)), ahead::release);
        line.setLength(0);
    }
}
