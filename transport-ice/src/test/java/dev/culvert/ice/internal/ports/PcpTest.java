package dev.culvert.ice.internal.ports;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes as RFC 6887 sections 7.1, 7.2 and 11.1 draw them; the responses are what miniupnpd 2.3.1 sends. */
class PcpTest {
    private static final Inet4Address CLIENT = Ipv4.parse("192.168.1.2").orElseThrow();
    private static final byte[] NONCE = HexFormat.of().parseHex("527df4b33de2ad8f43887b30");
    private static final String GRANTED = "0281000000000e100000000200000000000000000000000"
            + "0527df4b33de2ad8f43887b30110000009c419c4200000000000000000000ffffcb00720a";

    private static Optional<Pcp.Response> parse(String hex) {
        return Pcp.parse(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return HexFormat.of().formatHex(copy);
    }

    @Test
    void shouldAskForAMapping() {
        assertEquals(
                "0201000000000e10" + "00000000000000000000ffffc0a80102" + "527df4b33de2ad8f43887b30" + "11000000"
                        + "9c419c42" + "00000000000000000000ffff00000000",
                hex(Pcp.mapRequest(NONCE, CLIENT, 40_001, 40_002, null, 3_600)));
    }

    @Test
    void shouldSuggestWhatItHas() {
        Inet4Address had = Ipv4.parse("203.0.114.10").orElseThrow();

        String hex = hex(Pcp.mapRequest(NONCE, CLIENT, 65_535, 1, had, 0));

        assertTrue(hex.startsWith("0201000000000000"), hex);
        assertTrue(hex.endsWith("11000000" + "ffff0001" + "00000000000000000000ffffcb00720a"), hex);
    }

    @Test
    void shouldNotAskWithAnotherNonce() {
        assertThrows(IllegalArgumentException.class, () -> Pcp.mapRequest(new byte[11], CLIENT, 1, 1, null, 3_600));
    }

    @Test
    void shouldReadWhatWasGranted() {
        Pcp.Response response = parse(GRANTED).orElseThrow();

        assertEquals(Pcp.SUCCESS, response.resultCode());
        assertEquals(3_600, response.lifetimeSeconds());
        assertEquals(2, response.epochSeconds());
        Pcp.Mapping mapping = response.mapping();
        assertArrayEquals(NONCE, mapping.nonce());
        assertEquals(40_001, mapping.internalPort());
        assertEquals(40_002, mapping.externalPort());
        assertEquals("203.0.114.10", mapping.external().getHostAddress());
        assertTrue(response.isAbout(NONCE, 40_001));
    }

    @Test
    void shouldBeAboutOneNonceAndPortOnly() {
        Pcp.Response response = parse(GRANTED).orElseThrow();
        byte[] other = NONCE.clone();
        other[11] ^= 1;

        assertFalse(response.isAbout(other, 40_001));
        assertFalse(response.isAbout(NONCE, 40_002));
    }

    @Test
    void shouldRefuseAGrantOfAnotherProtocol() {
        assertEquals(Optional.empty(), parse(GRANTED.replace("11000000", "06000000")));
    }

    @Test
    void shouldTellAnIpv6AddressAsNone() {
        String v6 = GRANTED.replace("00000000000000000000ffffcb00720a", "20010db80000000000000000cb00720a");

        assertNull(parse(v6).orElseThrow().mapping().external());
        String nearly = GRANTED.replace("0000ffffcb00720a", "0001ffffcb00720a");
        assertNull(parse(nearly).orElseThrow().mapping().external());
    }

    @Test
    void shouldReadAnErrorWithAndWithoutItsMapping() {
        String error = GRANTED.replaceFirst("02810000", "02810008");

        assertEquals(8, parse(error).orElseThrow().resultCode());
        assertTrue(parse(error).orElseThrow().isAbout(NONCE, 40_001));
        Pcp.Response bare = parse(error.substring(0, 48)).orElseThrow();
        assertEquals(8, bare.resultCode());
        assertFalse(bare.isAbout(NONCE, 40_001));
    }

    @Test
    void shouldTakeAnotherVersionOnlyForItsRefusalOfOurs() {
        assertEquals(
                Pcp.UNSUPP_VERSION,
                parse("0181000100000000" + "00".repeat(16)).orElseThrow().resultCode());
        assertEquals(Optional.empty(), parse(GRANTED.replaceFirst("0281", "0181")));
        assertEquals(Optional.empty(), parse(GRANTED.replaceFirst("0281", "0381")));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 20, 23, 24, 28, 56, 59})
    void shouldRefuseAGrantCutShort(int length) {
        assertEquals(Optional.empty(), parse(GRANTED.substring(0, length * 2)));
    }

    @Test
    void shouldKeepToTheLengthsOfSection8() {
        assertTrue(parse(GRANTED + "00".repeat(Pcp.MAX_BYTES - 60)).isPresent(), "options may follow");
        assertEquals(Optional.empty(), parse(GRANTED + "00".repeat(Pcp.MAX_BYTES - 56)));
        assertEquals(Optional.empty(), parse(GRANTED + "0000"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0201", "0280", "0282", "0081"})
    void shouldRefuseRequestsAndOtherOperations(String start) {
        assertEquals(Optional.empty(), parse(start + GRANTED.substring(4)));
    }
}
