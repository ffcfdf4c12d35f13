package dev.culvert.dht.mainline;

import dev.culvert.transport.EngineUnavailableException;
import java.util.List;

/** What the second JVM of {@link MainlineNativesTest} runs: opens an engine, twice, and prints what came of it. */
final class OpeningProcess {
    private OpeningProcess() {}

    public static void main(String[] args) {
        for (int i = 0; i < 2; i++) {
            try (MainlineDht dht = MainlineDht.open(MainlineConfig.loopback(List.of()))) {
                System.out.println("opened on " + (dht.nodePort() > 0));
            } catch (EngineUnavailableException e) {
                System.out.println("unavailable: " + e.getMessage());
            }
        }
    }
}
