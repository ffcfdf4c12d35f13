package dev.culvert.bench;

import com.google.gson.JsonObject;
import java.net.InetAddress;

/** In a fresh JVM: the first connection of one kind, until its first datagram has been received. */
final class ColdProbe {
    static final String CULVERT = "culvert";
    static final String PLAIN = "plain";

    private ColdProbe() {}

    /** Arguments: kind, address. */
    public static void main(String[] arguments) {
        long start = System.nanoTime();
        ChildJvm.report(() -> {
            PeerPair pair = arguments[0].equals(CULVERT)
                    ? CulvertPair.onSharedEndpoints(InetAddress.getByName(arguments[1]))
                    : new PlainIce4jPair();
            pair.first();
            double millis = (System.nanoTime() - start) / 1e6;
            JsonObject report = new JsonObject();
            report.addProperty("sinceMainMillis", millis);
            return report;
        });
    }
}
