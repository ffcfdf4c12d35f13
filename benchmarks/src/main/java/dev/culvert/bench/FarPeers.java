package dev.culvert.bench;

import com.google.gson.JsonObject;
import dev.culvert.ice.IceDescription;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The near side's hold on {@link FarSide}: its commands and what it answered. One thread at a time. */
final class FarPeers implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final List<String> OPTIONS = List.of("-XX:+UseSerialGC", "-Xmx1g", "-Xss256k");

    private final ChildJvm child;
    private final List<IceDescription> descriptions = new ArrayList<>();
    private int connected;
    private int failed;

    /** Starts the far side with so many contexts and takes their descriptions. */
    FarPeers(int count) throws IOException, InterruptedException {
        child = ChildJvm.start(FarSide.class, OPTIONS, List.of());
        child.send("prepare " + count);
        for (int i = 0; i < count; i++) {
            String hex = child.next(TIMEOUT).get("description").getAsString();
            descriptions.add(IceDescription.fromBytes(HexFormat.of().parseHex(hex)));
        }
    }

    IceDescription description(int index) {
        return descriptions.get(index);
    }

    void startConnecting(int index, IceDescription near) {
        child.send("connect " + index + " " + HexFormat.of().formatHex(near.toBytes()));
    }

    /** Waits until so many, from the start, have connected or failed on the far side; returns how many connected. */
    int awaitOutcomes(int count) throws InterruptedException {
        while (connected + failed < count) {
            JsonObject report = child.next(TIMEOUT);
            if (report.get("type").getAsString().equals("connected")) {
                connected++;
            } else {
                failed++;
                System.err.println(report);
            }
        }
        return connected;
    }

    /** Closes some, whose near side has been closed: they would knock there until their consent expires. */
    void end(int from, int to) {
        child.send("end " + from + " " + to);
    }

    void startStream(long periodMicros) {
        child.send("stream " + periodMicros);
    }

    /** Returns how many messages were sent. All outcomes must have been awaited. */
    int stopStream() throws InterruptedException {
        child.send("quiet");
        return child.next(TIMEOUT).get("number").getAsInt();
    }

    @Override
    public void close() {
        child.close();
    }
}
