package dev.culvert.bench;

import com.google.gson.JsonObject;
import dev.culvert.ice.ContextConfig;
import dev.culvert.ice.IceConfig;
import dev.culvert.ice.IceContext;
import dev.culvert.ice.IceDescription;
import dev.culvert.ice.IceEndpoint;
import dev.culvert.ice.Role;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The peers of a scale run, in a JVM of their own so that the other one holds the near side alone: contexts on an
 * endpoint each, so that each has a socket of its own. Does what the near side says on its input.
 */
final class FarSide {
    static final int STREAM_BYTES = 200;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final ContextConfig CONFIG = ContextConfig.handler(unexpected -> {});

    private final List<IceContext> contexts = new ArrayList<>();
    private @Nullable Thread streaming;
    private volatile boolean streamOn;

    private FarSide() {}

    /** Reads commands until the input ends. */
    public static void main(String[] arguments) {
        ChildJvm.report(() -> {
            new FarSide().obey();
            return new JsonObject();
        });
    }

    private void obey() throws IOException, InterruptedException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null) {
                String[] words = line.split(" ", -1);
                switch (words[0]) {
                    case "prepare" -> prepare(Integer.parseInt(words[1]));
                    case "connect" -> connect(Integer.parseInt(words[1]), words[2]);
                    case "end" ->
                        contexts.subList(Integer.parseInt(words[1]), Integer.parseInt(words[2]))
                                .forEach(IceContext::close);
                    case "stream" -> stream(Long.parseLong(words[1]));
                    case "quiet" -> quiet();
                    default -> throw new IllegalArgumentException(line);
                }
                line = lines.readLine();
            }
        }
    }

    /** Opens so many contexts and reports the description of each. */
    private void prepare(int count) {
        IceConfig config = IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .build();
        for (int i = 0; i < count; i++) {
            IceContext context = IceEndpoint.open(config).openContext(CONFIG);
            contexts.add(context);
            JsonObject report = report("described", i);
            report.addProperty(
                    "description",
                    HexFormat.of().formatHex(context.gather(TIMEOUT).toBytes()));
            ChildJvm.say(report);
        }
    }

    private void connect(int index, String description) {
        var unused = contexts.get(index)
                .connectAsync(IceDescription.fromBytes(HexFormat.of().parseHex(description)), Role.CONTROLLED, TIMEOUT)
                .whenComplete((pair, failure) -> {
                    JsonObject report = report(failure == null ? "connected" : "failed", index);
                    if (failure != null) {
                        report.addProperty("reason", failure.toString());
                    }
                    ChildJvm.say(report);
                });
    }

    /** Sends numbered messages with the time of sending from context 0, so many microseconds apart. */
    private void stream(long periodMicros) {
        streamOn = true;
        Thread thread = new Thread(() -> runStream(contexts.get(0), periodMicros * 1_000), "bench-stream");
        thread.setDaemon(true);
        thread.start();
        streaming = thread;
    }

    private void runStream(IceContext context, long periodNanos) {
        ByteBuffer message = Messages.ofSize(STREAM_BYTES);
        long due = System.nanoTime();
        int sent = 0;
        while (streamOn) {
            message.clear();
            // The clock is CLOCK_MONOTONIC, the same in both processes. The first byte must not be that of STUN.
            message.putLong(8, System.nanoTime());
            context.send(message);
            sent++;
            due += periodNanos;
            long left = due - System.nanoTime();
            while (left > 0 && streamOn) {
                LockSupport.parkNanos(left);
                left = due - System.nanoTime();
            }
            if (left < -100 * periodNanos) {
                due = System.nanoTime(); // do not make up for a long pause with a burst
            }
        }
        ChildJvm.say(report("streamed", sent));
    }

    private void quiet() throws InterruptedException {
        streamOn = false;
        if (streaming != null) {
            streaming.join();
        }
    }

    private static JsonObject report(String type, int number) {
        JsonObject report = new JsonObject();
        report.addProperty("type", type);
        report.addProperty("number", number);
        return report;
    }
}
