package dev.culvert.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * The commands of a peer process, read ahead of their execution so that the end of the input is seen whatever the peer
 * is doing. A daemon thread reads from construction to the end of the input, which also comes after a quit: whoever
 * started the process holds the input open until the process has ended.
 */
final class WorkerInput {
    /** The type of what stands for a line that is no command; its text is under "line". */
    static final String MALFORMED = "malformed";

    static final String QUIT = "quit";

    private final InputStream in;
    private final Consumer<Boolean> onEnd;
    private final BlockingQueue<JsonObject> commands = new LinkedBlockingQueue<>(); // as many as the demo gives

    /**
     * Starts to read.
     *
     * @param onEnd hears on the reading thread that the input has ended, and whether there was a quit in it
     */
    WorkerInput(InputStream in, Consumer<Boolean> onEnd) {
        this.in = in;
        this.onEnd = onEnd;
        Thread thread = new Thread(this::read, "culvert-worker-input");
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits for the next command. None comes after the end of the input. */
    JsonObject take() throws InterruptedException {
        return commands.take();
    }

    private void read() {
        boolean quit = false;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null) {
                JsonObject command = parse(line);
                quit |= Json.type(command).equals(QUIT);
                commands.add(command);
                line = lines.readLine();
            }
        } catch (IOException e) {
            // An input that can not be read has no one at its other end either.
            commands.clear();
        } finally {
            onEnd.accept(quit);
        }
    }

    private static JsonObject parse(String line) {
        try {
            JsonObject command = JsonParser.parseString(line).getAsJsonObject();
            if (command.has("type") && command.get("type").isJsonPrimitive()) {
                return command;
            }
        } catch (JsonParseException | IllegalStateException e) {
            return Json.of(MALFORMED).with("line", line).object();
        }
        return Json.of(MALFORMED).with("line", line).object();
    }
}
