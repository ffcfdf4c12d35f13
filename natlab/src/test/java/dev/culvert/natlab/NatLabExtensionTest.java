package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** What becomes of tests where there can be no laboratory; that it works where there can be is shown by all the others. */
class NatLabExtensionTest {
    private static final List<String> MISSING = List.of("root", "nft");

    @Test
    void shouldSkipAndNameWhatIsMissing() {
        TestAbortedException skipped =
                assertThrows(TestAbortedException.class, () -> NatLabExtension.require(MISSING, false));

        assertTrue(String.valueOf(skipped.getMessage()).contains("[root, nft]"), skipped.getMessage());
    }

    @Test
    void shouldFailWhereALaboratoryIsRequired() {
        AssertionFailedError failed =
                assertThrows(AssertionFailedError.class, () -> NatLabExtension.require(MISSING, true));

        assertTrue(String.valueOf(failed.getMessage()).contains("[root, nft]"), failed.getMessage());
    }

    @Test
    void shouldLetTestsRunIfNothingIsMissing() {
        assertDoesNotThrow(() -> NatLabExtension.require(List.of(), true));
    }

    @Test
    void shouldHaveNoLaboratoryBeforeTheFirstTest() {
        assertThrows(IllegalStateException.class, new NatLabExtension()::lab);
    }
}
