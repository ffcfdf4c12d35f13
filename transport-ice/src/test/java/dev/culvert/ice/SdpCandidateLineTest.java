package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.InvalidDescriptionException;
import java.net.InetSocketAddress;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Candidate lines as other agents write them, and as nobody should. */
class SdpCandidateLineTest {
    private static IceCandidate read(String line) {
        return IceCandidate.fromSdp(line).orElseThrow(() -> new AssertionError("of no use: " + line));
    }

    private static IceCandidate candidate(
            String foundation, long priority, String host, int port, CandidateType type, InetSocketAddress related) {
        return new IceCandidate(foundation, priority, new InetSocketAddress(host, port), type, related);
    }

    @Test
    void shouldReadTheStandardsOwnLines() {
        // RFC 8839 section 5.1 and its appendix A, with addresses of the documentation ranges.
        assertEquals(
                candidate(
                        "2",
                        1_694_498_815L,
                        "192.0.2.3",
                        45_664,
                        CandidateType.SERVER_REFLEXIVE,
                        new InetSocketAddress("203.0.113.141", 8_998)),
                read("a=candidate:2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.141 rport 8998"));
        assertEquals(
                candidate("1", 2_130_706_431L, "203.0.113.141", 8_998, CandidateType.HOST, null),
                read("a=candidate:1 1 UDP 2130706431 203.0.113.141 8998 typ host\r\n"));
        assertEquals(
                candidate("1", 2_130_706_431L, "2001:db8:8000::5", 9_004, CandidateType.HOST, null),
                read("candidate:1 1 UDP 2130706431 2001:db8:8000:0:0:0:0:5 9004 typ host"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // libnice 0.1
                "a=candidate:1 1 UDP 2015363327 127.0.0.1 41221 typ host",
                "candidate:17 1 UDP 1679819263 198.51.100.7 39012 typ srflx raddr 10.0.0.5 rport 39012",
                // browsers, Chromium's kind
                "candidate:842163049 1 udp 1677729535 198.51.100.7 46154 typ srflx raddr 0.0.0.0 rport 0"
                        + " generation 0 ufrag EEtu network-id 1 network-cost 10",
                "candidate:3498147984 1 udp 2122260223 192.0.2.44 52024 typ host generation 0 ufrag c/Dk network-id 3",
                "a=candidate:2999745851 1 udp 2122187007 2001:db8::44 59213 typ host generation 0 network-id 2",
                // browsers, Gecko's kind
                "candidate:0 1 UDP 2122252543 192.0.2.9 57111 typ host",
                "candidate:1 1 UDP 1686052863 198.51.100.7 57111 typ srflx raddr 192.0.2.9 rport 57111",
                // pion's kind
                "candidate:233762139 1 udp 2130706431 192.0.2.81 54865 typ host",
                "candidate:3647577124 1 udp 1694498815 198.51.100.7 54865 typ srflx raddr 0.0.0.0 rport 54865",
                "candidate:848194626 1 udp 16777215 203.0.113.6 50000 typ relay raddr 0.0.0.0 rport 9 ",
                // hidden with IPv6 zeros, and a related address that is a name
                "candidate:1 1 udp 16777215 2001:db8::6 50000 typ relay raddr :: rport 9",
                "candidate:1 1 udp 16777215 203.0.113.6 50000 typ srflx raddr 6f1a.local rport 9",
                // what the grammar allows: an empty value, any case of the transport, a related address alone
                "candidate:1 1 uDp 1 203.0.113.6 1 typ prflx raddr 192.0.2.1",
                "candidate:1 1 udp 1 203.0.113.6 1 typ host generation  x y",
            })
    void shouldReadWhatOtherAgentsWrite(String line) {
        IceCandidate candidate = read(line);

        assertTrue(line.contains(" " + candidate.address().getPort() + " "), line);
        assertTrue(line.contains("typ " + candidate.type().token()), line);
        assertEquals(candidate, read(candidate.toSdp()));
    }

    @Test
    void shouldTakeZerosForARelatedAddressThatIsNotTold() {
        assertNull(read("candidate:1 1 udp 1 203.0.113.6 5 typ relay raddr 0.0.0.0 rport 9")
                .relatedAddress());
        assertNull(read("candidate:1 1 udp 1 2001:db8::6 5 typ srflx raddr :: rport 9")
                .relatedAddress());
    }

    @Test
    void shouldWriteZerosForARelatedAddressThatIsNotTold() {
        assertEquals(
                "candidate:f 1 UDP 7 203.0.113.6 5 typ relay raddr 0.0.0.0 rport 9",
                candidate("f", 7, "203.0.113.6", 5, CandidateType.RELAYED, null).toSdp());
        assertEquals(
                "candidate:f 1 UDP 7 2001:db8::6 5 typ srflx raddr :: rport 9",
                candidate("f", 7, "2001:db8::6", 5, CandidateType.SERVER_REFLEXIVE, null)
                        .toSdp());
        assertEquals(
                "candidate:f 1 UDP 7 203.0.113.6 5 typ srflx raddr 192.0.2.1 rport 6",
                candidate(
                                "f",
                                7,
                                "203.0.113.6",
                                5,
                                CandidateType.SERVER_REFLEXIVE,
                                new InetSocketAddress("192.0.2.1", 6))
                        .toSdp());
        assertEquals(
                "candidate:f 1 UDP 7 203.0.113.6 5 typ host",
                candidate("f", 7, "203.0.113.6", 5, CandidateType.HOST, new InetSocketAddress("192.0.2.1", 6))
                        .toSdp());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "candidate:1 1 tcp 1518280447 192.0.2.44 9 typ host tcptype active generation 0",
                "candidate:1 1 TCP 1518280447 192.0.2.44 0 typ host tcptype passive",
                "candidate:1 1 ssltcp 1518280447 192.0.2.44 443 typ host",
                "candidate:1 2 UDP 2130706430 192.0.2.44 5000 typ host",
                "candidate:1 256 UDP 2130706430 192.0.2.44 5000 typ host",
                "candidate:1 1 UDP 2130706431 8c3c2b6e-5d0f-4e2b-9f1c-0a1b2c3d4e5f.local 5000 typ host",
                "candidate:1 1 UDP 2130706431 host.example.org 5000 typ host",
                "candidate:1 1 UDP 2130706431 192.0.2.44 5000 typ future",
            })
    void shouldPassOverWhatIsOfNoUse(String line) {
        assertEquals(Optional.empty(), IceCandidate.fromSdp(line));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "candidate:",
                "a=candidate:1",
                "a=a=candidate:1 1 UDP 1 192.0.2.1 5 typ host",
                "Candidate:1 1 UDP 1 192.0.2.1 5 typ host",
                "candidate:1 1 UDP 1 192.0.2.1 5",
                "candidate:1 1 UDP 1 192.0.2.1 5 typ",
                "candidate:1 1 UDP 1 192.0.2.1 5 typ ",
                "candidate:1 1 UDP 1 192.0.2.1 5 host typ",
                "candidate: 1 UDP 1 192.0.2.1 5 typ host",
                "candidate:1  UDP 1 192.0.2.1 5 typ host",
                "candidate:1  1 UDP 1 192.0.2.1 5 typ host",
                "candidate:1\t1 UDP 1 192.0.2.1 5 typ host",
                "candidate:a-b 1 UDP 1 192.0.2.1 5 typ host",
                "candidate:fffffffffffffffffffffffffffffffff 1 UDP 1 192.0.2.1 5 typ host",
                "candidate:1 -1 UDP 1 192.0.2.1 5 typ host",
                "candidate:1 257 UDP 1 192.0.2.1 5 typ host",
                "candidate:1 0001 UDP 1 192.0.2.1 5 typ host",
                "candidate:1 \u0661 UDP 1 192.0.2.1 5 typ host",
                "candidate:1 1 UDP 0 192.0.2.1 5 typ host",
                "candidate:1 1 UDP -5 192.0.2.1 5 typ host",
                "candidate:1 1 UDP +5 192.0.2.1 5 typ host",
                "candidate:1 1 UDP 1e3 192.0.2.1 5 typ host",
                "candidate:1 1 UDP 2147483648 192.0.2.1 5 typ host",
                "candidate:1 1 UDP 9999999999 192.0.2.1 5 typ host",
                "candidate:1 1 UDP 99999999999 192.0.2.1 5 typ host",
                "candidate:1 1 UDP 99999999999999999999999999 192.0.2.1 5 typ host",
                "candidate:1 1 UDP 1 192.0.2.1 0 typ host",
                "candidate:1 1 UDP 1 192.0.2.1 -5 typ host",
                "candidate:1 1 UDP 1 192.0.2.1 65536 typ host",
                "candidate:1 1 UDP 1 192.0.2.1 000005 typ host",
                "candidate:1 1 UDP 1 192.0.2.1 \uff15 typ host",
                "candidate:1 1 UDP 1 192.0.2 5 typ host",
                "candidate:1 1 UDP 1 192.0.2.256 5 typ host",
                "candidate:1 1 UDP 1 0.0.0.0 5 typ host",
                "candidate:1 1 UDP 1 255.255.255.255 5 typ host",
                "candidate:1 1 UDP 1 224.0.0.1 5 typ host",
                "candidate:1 1 UDP 1 :: 5 typ host",
                "candidate:1 1 UDP 1 fe80::1%eth0 5 typ host",
                "candidate:1 1 UDP 1 ::ffff:192.0.2.1 5 typ host",
                "candidate:1 1 UDP 1 192.0.2.1\u0000 5 typ host",
                "candidate:1 1 UDP 1 192.0.2.1 5 typ h\u0000st",
                "candidate:1 1 UDP 1 192.0.2.1 5 typ host generation",
                "candidate:1 1 UDP 1 192.0.2.1 5 typ host  0",
                "candidate:1 1 UDP 1 192.0.2.1 5 typ host name w\u00e4rt",
                "candidate:1 1 UDP 1 192.0.2.1 5 typ srflx raddr 192.0.2 rport 5",
                "candidate:1 1 UDP 1 192.0.2.1 5 typ srflx raddr 192.0.2.1 rport 65536",
                "candidate:1 1 UDP 1 192.0.2.1 5 typ srflx raddr 192.0.2.1 rport x",
                "candidate:1 1 UDP 1 192.0.2.1 5 typ host\r\na=x y",
            })
    void shouldRefuseMalformedLines(String line) {
        String message = assertThrows(InvalidDescriptionException.class, () -> IceCandidate.fromSdp(line))
                .getMessage();
        assertFalse(message.isBlank());
    }

    @Test
    void shouldRefuseALineLongerThanAnyCandidate() {
        String line = "candidate:1 1 UDP 1 192.0.2.1 5 typ host x ";
        String longest = line + "y".repeat(SdpCandidateLine.MAX_LENGTH - line.length());

        assertEquals(5, read(longest).address().getPort());
        assertThrows(InvalidDescriptionException.class, () -> IceCandidate.fromSdp(longest + "y"));
    }

    /** A name would be looked up for seconds, or by a server that would learn who reads it. */
    @Test
    void shouldLookNothingUp() {
        long start = System.nanoTime();
        for (int i = 0; i < 1_000; i++) {
            assertEquals(
                    Optional.empty(),
                    IceCandidate.fromSdp("candidate:1 1 UDP 1 no-such-host-" + i + ".invalid 5 typ host"));
        }
        assertTrue(System.nanoTime() - start < 2_000_000_000L, "1000 lines took over two seconds");
    }

    @Property(tries = 2_000)
    void shouldOnlyEverThrowTheTypedException(
            @ForAll @IntRange(max = 90) int place, @ForAll char c, @ForAll @IntRange(max = 3) int cut) {
        String line = "candidate:842163049 1 udp 1677729535 198.51.100.7 46154 typ srflx raddr 0.0.0.0 rport 0 ufrag E";
        int end = Math.min(line.length(), place + cut);
        readOrRefuse(line.substring(0, place) + c + line.substring(end));
    }

    @Property(tries = 1_000)
    void shouldOnlyEverThrowTheTypedExceptionOnAnyText(@ForAll @StringLength(max = 200) String text) {
        readOrRefuse(text);
        readOrRefuse("candidate:" + text);
    }

    private static void readOrRefuse(String line) {
        try {
            IceCandidate.fromSdp(line).ifPresent(candidate -> assertEquals(candidate, read(candidate.toSdp())));
        } catch (InvalidDescriptionException e) {
            assertFalse(e.getMessage().isBlank());
        }
    }
}
