package dev.culvert.udp;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** For tests that have nothing to test without the native core. */
final class NativeCoreRequired {
    private NativeCoreRequired() {}

    /**
     * Skips the test without the core, or fails it if CULVERT_REQUIRE_TOOLS=1 says that it must be there; but not if it was
     * switched off on purpose.
     */
    static void check() {
        String state = NativeCore.describe();
        if (NativeCore.isWanted() && "1".equals(System.getenv("CULVERT_REQUIRE_TOOLS"))) {
            assertTrue(NativeCore.isAvailable(), state);
        }
        assumeTrue(NativeCore.isAvailable(), state);
    }
}
