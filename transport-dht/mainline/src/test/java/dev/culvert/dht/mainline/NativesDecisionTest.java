package dev.culvert.dht.mainline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativesDecisionTest {
    @ParameterizedTest
    @CsvSource({"Linux,amd64", "Linux,x86_64"})
    void shouldTryWhereThereIsALibrary(String os, String arch) {
        assertEquals(Optional.empty(), NativesDecision.whyNot(os, arch, true, false));
    }

    @ParameterizedTest
    @CsvSource({"Linux,aarch64", "Mac OS X,x86_64", "Windows 11,amd64"})
    void shouldNameThePlatformAndTheOtherEngines(String os, String arch) {
        String message = NativesDecision.whyNot(os, arch, true, false).orElseThrow();

        assertTrue(message.contains(os) && message.contains(arch), message);
        assertTrue(message.contains("opendht") && message.contains("tomp2p") && message.contains("memory"), message);
    }

    @Test
    void shouldNameTheMissingJar() {
        String message = NativesDecision.whyNot("Linux", "amd64", false, false).orElseThrow();

        assertTrue(message.contains("libtorrent4j-linux"), message);
    }

    @Test
    void shouldTryTheLibraryOfTheUserAnywhere() {
        assertEquals(Optional.empty(), NativesDecision.whyNot("Plan 9", "mips", false, true));
    }
}
