package dev.culvert.bench;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * In a JVM of its own: two connected peers of one library. Says first that it has them, or why not; then takes commands,
 * one on each line: {@code send BYTES COUNT IN_FLIGHT}, {@code warm BYTES COUNT IN_FLIGHT MILLIS} to do so over and
 * over, {@code roundTrips BYTES COUNT PAUSE_MILLIS}.
 */
final class MessagesProbe {
    static final String CULVERT = "culvert";
    static final String WEBRTC = "webrtc";

    /** The first report has one of these. */
    static final String READY = "ready";

    static final String LACKS = "lacks";

    private MessagesProbe() {}

    /** Arguments: kind, directory to fill. */
    public static void main(String[] arguments) {
        ChildJvm.report(() -> {
            MessagePipe pipe = tryOpen(arguments[0], Path.of(arguments[1]));
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
                String line = lines.readLine();
                while (pipe != null && line != null) {
                    ChildJvm.say(answer(pipe, line.split(" ")));
                    line = lines.readLine();
                }
            }
            return new JsonObject();
        });
    }

    private static @Nullable MessagePipe tryOpen(String kind, Path directory) {
        JsonObject report = new JsonObject();
        MessagePipe pipe = null;
        try {
            pipe = kind.equals(WEBRTC) ? new DataChannelPipe() : new TransportPipe(directory);
            report.addProperty(READY, true);
        } catch (Exception | LinkageError e) { // the latter where a native library is missing
            report.addProperty(LACKS, reason(e));
        }
        ChildJvm.say(report);
        return pipe;
    }

    /** What is at the bottom of it, in one line. */
    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.toString().lines().findFirst().orElse("");
    }

    private static JsonObject answer(MessagePipe pipe, String[] words) throws Exception {
        int bytes = Integer.parseInt(words[1]);
        int count = Integer.parseInt(words[2]);
        int third = Integer.parseInt(words[3]);
        JsonObject answer = new JsonObject();
        switch (words[0]) {
            case "send" -> answer.addProperty("seconds", pipe.send(bytes, count, third));
            case "warm" -> {
                long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Long.parseLong(words[4]));
                do {
                    pipe.send(bytes, count, third);
                } while (System.nanoTime() - end < 0);
            }
            case "roundTrips" -> answer.add("millis", new Gson().toJsonTree(roundTrips(pipe, bytes, count, third)));
            default -> throw new IOException(String.format(Locale.ROOT, "No command %s", words[0]));
        }
        answer.addProperty(READY, true);
        return answer;
    }

    private static double[] roundTrips(MessagePipe pipe, int bytes, int count, int pauseMillis) throws Exception {
        if (pipe instanceof TransportPipe transports) {
            return transports.roundTrips(bytes, count, pauseMillis);
        }
        throw new IOException("A data channel tells nobody when a message has arrived");
    }
}
