package dev.culvert.ice.internal.ports;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes as RFC 6886 section 3 draws them. */
class NatPmpTest {
    private static Optional<NatPmp.Response> parse(String hex) {
        return NatPmp.parse(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return HexFormat.of().formatHex(copy);
    }

    @Test
    void shouldAskForTheAddress() {
        assertEquals("0000", hex(NatPmp.addressRequest()));
    }

    @Test
    void shouldAskForAMappingAndForItsEnd() {
        assertEquals("000100009c419c4200000e10", hex(NatPmp.mapRequest(40_001, 40_002, 3_600)));
        assertEquals("000100009c41000000000000", hex(NatPmp.mapRequest(40_001, 0, 0)));
    }

    @Test
    void shouldReadAnAddress() {
        assertEquals(
                Optional.of(new NatPmp.AddressResponse(
                        715, Ipv4.parse("203.0.114.10").orElseThrow())),
                parse("00800000000002cbcb00720a"));
    }

    @Test
    void shouldReadAMappingWithTheLargestNumbers() {
        assertEquals(
                Optional.of(new NatPmp.MapResponse(0xffffffffL, 65_535, 65_534, 0xffffffffL)),
                parse("00810000fffffffffffffffeffffffff"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 65_535})
    void shouldReadEveryRefusalWhateverFollows(int code) {
        String hex = "0081%04x00000007".formatted(code);

        assertEquals(Optional.of(new NatPmp.Refusal(7, true, code)), parse(hex));
        assertEquals(Optional.of(new NatPmp.Refusal(7, true, code)), parse(hex + "00".repeat(8)));
        assertEquals(Optional.of(new NatPmp.Refusal(7, false, code)), parse(hex.replaceFirst("0081", "0080")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00800000000002",
                "00800000000002cb",
                "00800000000002cbcb0072",
                "00800000000002cbcb00720a00",
                "00810000000000029c429c4200000e",
                "00810000000000029c429c4200000e1000",
                "00820000000000029c429c4200000e10",
                "00010000000000029c429c4200000e10",
                "02810000000000029c429c4200000e10"
            })
    void shouldRefuseWhatIsNoResponse(String hex) {
        assertEquals(Optional.empty(), parse(hex));
    }

    @Test
    void shouldReadFromWhereTheBufferStandsAndLeaveItThere() {
        ByteBuffer buffer = ByteBuffer.wrap(HexFormat.of().parseHex("ffff00800000000002cbcb00720aff"));
        buffer.position(2).limit(14);

        assertEquals(true, NatPmp.parse(buffer).isPresent());
        assertEquals(2, buffer.position());
    }
}
