package dev.culvert.bench;

import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/** In a JVM of its own: a cycle of one kind for each line of input, and its times, or why it failed, on output. */
final class ConnectProbe {
    static final String SHARED = "shared";
    static final String PRIVATE = "private";
    static final String PLAIN = "plain";

    private ConnectProbe() {}

    /** Arguments: kind, address. */
    public static void main(String[] arguments) {
        ChildJvm.report(() -> {
            try (PeerPair pair = open(arguments[0], InetAddress.getByName(arguments[1]))) {
                runUntilInputEnds(pair);
            }
            return new JsonObject();
        });
    }

    private static PeerPair open(String kind, InetAddress address) {
        return switch (kind) {
            case SHARED -> CulvertPair.onSharedEndpoints(address);
            case PRIVATE -> CulvertPair.onPrivateEndpoints(address);
            case PLAIN -> new PlainIce4jPair();
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static void runUntilInputEnds(PeerPair pair) throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            while (lines.readLine() != null) {
                ChildJvm.say(cycle(pair));
            }
        }
    }

    private static JsonObject cycle(PeerPair pair) {
        JsonObject report = new JsonObject();
        try {
            PeerPair.Cycle cycle = pair.cycle();
            report.addProperty("connectMillis", cycle.connectMillis());
            report.addProperty("cycleMillis", cycle.cycleMillis());
        } catch (Exception e) {
            report.addProperty("failure", e.toString());
        }
        return report;
    }
}
