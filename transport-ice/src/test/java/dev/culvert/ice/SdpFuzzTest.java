package dev.culvert.ice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.culvert.transport.InvalidDescriptionException;

/** Whatever text a peer gives as its SDP: refused, or a description and candidates that come back from their own text. */
class SdpFuzzTest {
    @FuzzTest
    void shouldReadOrRefuse(byte[] input) {
        String text = new String(input, UTF_8);
        try {
            IceDescription description = IceDescription.fromSdp(text);
            assertEquals(description, IceDescription.fromSdp(description.toSdp()));
        } catch (InvalidDescriptionException e) {
            // Refused as a whole; its lines may still be candidates.
        }
        text.lines().limit(50).forEach(SdpFuzzTest::readCandidate);
    }

    private static void readCandidate(String line) {
        try {
            IceCandidate.fromSdp(line)
                    .ifPresent(candidate -> assertEquals(
                            candidate, IceCandidate.fromSdp(candidate.toSdp()).orElseThrow()));
        } catch (InvalidDescriptionException e) {
            return; // refused
        }
    }
}
