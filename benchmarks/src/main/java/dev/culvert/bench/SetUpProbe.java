package dev.culvert.bench;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import dev.culvert.peer.ConnectionInfo;
import dev.culvert.peer.PeerTransport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** In a JVM of its own: connects two transports over and over and tells how long it took until their session was up. */
final class SetUpProbe {
    private static final long TIMEOUT_SECONDS = 10;

    private SetUpProbe() {}

    /** Arguments: directory to fill, connections to warm up, connections. */
    public static void main(String[] arguments) {
        ChildJvm.endWithParent();
        ChildJvm.report(() -> {
            try (TransportPair pair = new TransportPair(Path.of(arguments[0]), (from, message) -> {})) {
                for (int i = Integer.parseInt(arguments[1]); i > 0; i--) {
                    pair.connect();
                    pair.disconnect();
                }
                return measure(pair, Integer.parseInt(arguments[2]));
            }
        });
    }

    private static JsonObject measure(TransportPair pair, int count) throws Exception {
        double[] secured = new double[count];
        double[] whole = new double[count];
        int failed = 0;
        for (int i = 0; i < count; ) {
            try {
                pair.connect();
            } catch (IllegalStateException | TimeoutException e) {
                failed++;
                if (failed > count) {
                    throw e;
                }
                pair.disconnect();
                continue;
            }
            ConnectionInfo near = connection(pair.near());
            ConnectionInfo far = connection(pair.far());
            secured[i] = later(near.secured(), far.secured());
            whole[i] = later(near.setUp(), far.setUp());
            pair.disconnect();
            i++;
        }
        JsonObject report = new JsonObject();
        report.add("secured", new Gson().toJsonTree(secured));
        report.add("whole", new Gson().toJsonTree(whole));
        report.addProperty("failed", failed);
        return report;
    }

    private static ConnectionInfo connection(PeerTransport transport) throws Exception {
        return transport.connections().get(TIMEOUT_SECONDS, TimeUnit.SECONDS).get(0);
    }

    /** Milliseconds until both sides were there. */
    private static double later(Duration near, Duration far) {
        return Math.max(near.toNanos(), far.toNanos()) / 1e6;
    }
}
