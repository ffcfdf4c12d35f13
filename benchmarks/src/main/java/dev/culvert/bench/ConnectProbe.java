package dev.culvert.bench;

import com.google.gson.JsonObject;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** In a JVM of its own: cycles of three kinds in turn, one of each in every turn, beginning with another each time. */
final class ConnectProbe {
    static final String SHARED = "shared";
    static final String PRIVATE = "private";
    static final String PLAIN = "plain";

    private record Kind(String name, PeerPair pair, List<PeerPair.Cycle> cycles) {}

    private ConnectProbe() {}

    /** Arguments: address, warm-up cycles, cycles. */
    public static void main(String[] arguments) {
        ChildJvm.endWithParent();
        ChildJvm.report(() -> measure(
                InetAddress.getByName(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2])));
    }

    private static JsonObject measure(InetAddress address, int warmUp, int cycles) throws Exception {
        try (PeerPair shared = CulvertPair.onSharedEndpoints(address);
                PeerPair own = CulvertPair.onPrivateEndpoints(address);
                PeerPair plain = new PlainIce4jPair()) {
            List<Kind> kinds = List.of(
                    new Kind(SHARED, shared, new ArrayList<>()),
                    new Kind(PRIVATE, own, new ArrayList<>()),
                    new Kind(PLAIN, plain, new ArrayList<>()));
            for (int i = 0; i < warmUp + cycles; i++) {
                for (int turn = 0; turn < kinds.size(); turn++) {
                    Kind kind = kinds.get((turn + i) % kinds.size());
                    PeerPair.Cycle cycle = kind.pair().cycle();
                    if (i >= warmUp) {
                        kind.cycles().add(cycle);
                    }
                }
            }
            JsonObject report = new JsonObject();
            kinds.forEach(kind -> report.add(kind.name(), summary(kind.cycles())));
            return report;
        }
    }

    private static JsonObject summary(List<PeerPair.Cycle> cycles) {
        double[] connect =
                cycles.stream().mapToDouble(PeerPair.Cycle::connectMillis).toArray();
        double[] cycle =
                cycles.stream().mapToDouble(PeerPair.Cycle::cycleMillis).toArray();
        JsonObject summary = new JsonObject();
        summary.addProperty("connectMedian", Samples.median(connect));
        summary.addProperty("connectP99", Samples.percentile(connect, 99));
        summary.addProperty("cycleMedian", Samples.median(cycle));
        return summary;
    }
}
