package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Whether this machine can have a laboratory: without root or a tool tests are skipped, but not where it is required. */
final class Laboratory {
    private Laboratory() {}

    static void require() {
        List<String> missing = NatLab.missing();
        if ("1".equals(System.getenv("CULVERT_REQUIRE_TOOLS"))) {
            assertEquals(List.of(), missing, "CULVERT_REQUIRE_TOOLS=1, but something is missing");
        }
        Assumptions.assumeTrue(
                missing.isEmpty(),
                () -> "no NAT laboratory here without " + missing + " (Debian: iproute2 nftables conntrack coturn)");
    }
}
