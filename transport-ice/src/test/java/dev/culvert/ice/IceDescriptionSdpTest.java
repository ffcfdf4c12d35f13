package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.InvalidDescriptionException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole descriptions as SDP: what we write can be read, and what anyone else writes can do no harm. */
class IceDescriptionSdpTest {
    private static final String UFRAG = "abcd";
    private static final String PASSWORD = "0123456789abcdefghijkl";
    private static final String CREDENTIALS = "a=ice-ufrag:" + UFRAG + "\r\na=ice-pwd:" + PASSWORD + "\r\n";
    private static final String HOST_LINE = "a=candidate:1 1 UDP 2130706431 192.0.2.1 5000 typ host\r\n";
    private static final IceCandidate HOST =
            new IceCandidate("1", 2_130_706_431L, new InetSocketAddress("192.0.2.1", 5_000), CandidateType.HOST, null);

    private static String refused(String sdp) {
        return assertThrows(InvalidDescriptionException.class, () -> IceDescription.fromSdp(sdp))
                .getMessage();
    }

    @Test
    void shouldWriteTheAttributes() {
        String trickled = CREDENTIALS + "a=ice-options:trickle\r\n" + HOST_LINE;

        assertEquals(trickled, new IceDescription(UFRAG, PASSWORD, List.of(HOST), false).toSdp());
        assertEquals(
                trickled + "a=end-of-candidates\r\n", new IceDescription(UFRAG, PASSWORD, List.of(HOST), true).toSdp());
    }

    @Test
    void shouldWriteAMediaSectionWithItsLeastCandidateAsTheDefault() {
        IceCandidate relayed = new IceCandidate(
                "2", 16_777_215L, new InetSocketAddress("2001:db8::6", 6_000), CandidateType.RELAYED, null);
        IceDescription description = new IceDescription(UFRAG, PASSWORD, List.of(HOST, relayed));

        assertEquals(
                "m=application 6000 ICE/SDP\r\nc=IN IP6 2001:db8::6\r\n" + description.toSdp(),
                description.toSdp("application"));
        assertTrue(new IceDescription(UFRAG, PASSWORD, List.of(), false)
                .toSdp("audio")
                .startsWith("m=audio 9 ICE/SDP\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:"));
        for (String media : List.of("", "two words", "x\r\na=y", "ä")) {
            assertThrows(IllegalArgumentException.class, () -> description.toSdp(media));
        }
    }

    @Property(tries = 500)
    void shouldReadWhatItWrites(@ForAll("descriptions") IceDescription description) {
        assertEquals(description, IceDescription.fromSdp(description.toSdp()));
        assertEquals(description, IceDescription.fromSdp(description.toSdp("application")));
        assertEquals(description, IceDescription.fromSdp(description.toSdp().replace("\r\n", "\n")));
        assertEquals(description, IceDescription.fromSdp(description.toSdp().replace("a=", "")));
    }

    @Provide
    static Arbitrary<IceDescription> descriptions() {
        Arbitrary<InetSocketAddress> addresses = addresses();
        Arbitrary<IceCandidate> candidates = Combinators.combine(
                        iceChars(1, 32),
                        Arbitraries.longs().between(1, Integer.MAX_VALUE),
                        addresses,
                        Arbitraries.of(CandidateType.class),
                        addresses.injectNull(0.5))
                // RFC 8839 section 5.1: a host candidate has no related address
                .as((foundation, priority, address, type, related) -> new IceCandidate(
                        foundation, priority, address, type, type == CandidateType.HOST ? null : related));
        return Combinators.combine(
                        iceChars(4, 256),
                        iceChars(22, 256),
                        candidates.list().ofMaxSize(IceDescription.MAX_CANDIDATES),
                        Arbitraries.of(true, false))
                .as(IceDescription::new);
    }

    private static Arbitrary<String> iceChars(int min, int max) {
        return Arbitraries.strings()
                .withCharRange('a', 'z')
                .withCharRange('A', 'Z')
                .withCharRange('0', '9')
                .withChars('+', '/')
                .ofMinLength(min)
                .ofMaxLength(max);
    }

    private static Arbitrary<InetSocketAddress> addresses() {
        Arbitrary<byte[]> hosts = Arbitraries.oneOf(
                Arbitraries.bytes().array(byte[].class).ofSize(4).map(bytes -> {
                    bytes[0] = (byte) (1 + Math.floorMod(bytes[0], 223));
                    return bytes;
                }),
                Arbitraries.bytes().array(byte[].class).ofSize(16).map(bytes -> {
                    bytes[0] = 0x20;
                    return bytes;
                }));
        return Combinators.combine(hosts, Arbitraries.integers().between(1, 65_535))
                .as((host, port) -> {
                    try {
                        return new InetSocketAddress(InetAddress.getByAddress(host), port);
                    } catch (UnknownHostException e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    @Test
    void shouldReadTheFirstMediaSectionOfABrowsersOffer() {
        IceDescription description = IceDescription.fromSdp("""
                v=0
                o=- 4611731400430051336 2 IN IP4 127.0.0.1
                s=-
                t=0 0
                a=group:BUNDLE 0 1
                a=msid-semantic: WMS
                m=application 46154 UDP/DTLS/SCTP webrtc-datachannel
                c=IN IP4 198.51.100.7
                b=AS:30
                a=candidate:842163049 1 udp 1677729535 198.51.100.7 46154 typ srflx raddr 0.0.0.0 rport 0 generation 0
                a=candidate:1 1 udp 2122260223 8c3c2b6e-5d0f-4e2b-9f1c-0a1b2c3d4e5f.local 52024 typ host generation 0
                a=candidate:2 1 tcp 1518280447 192.0.2.44 9 typ host tcptype active generation 0
                a=ice-ufrag:EEtu
                a=ice-pwd:7GgyXg9h3sJb0kQw5nTzLr2d
                a=ice-options:trickle renomination
                a=fingerprint:sha-256 0A:1B:2C
                a=setup:actpass
                a=mid:0
                a=sctp-port:5000
                m=audio 9 UDP/TLS/RTP/SAVPF 111
                a=ice-ufrag:XXXX
                a=ice-pwd:0000000000000000000000000
                a=candidate:9 1 udp 1 203.0.113.9 9 typ host
                a=candidate:broken
                a=end-of-candidates
                """);

        assertEquals("EEtu", description.ufrag());
        assertEquals("7GgyXg9h3sJb0kQw5nTzLr2d", description.password());
        assertEquals(
                List.of("srflx 198.51.100.7:46154"),
                description.candidates().stream().map(IceCandidate::toString).toList());
        assertFalse(description.complete());
    }

    @Test
    void shouldReadWhatLibniceWrites() {
        IceDescription description = IceDescription.fromSdp("""
                m=application 41221 ICE/SDP
                c=IN IP4 127.0.0.1
                a=ice-ufrag:PVc5
                a=ice-pwd:mUSVmOS4yrm3xIBoTAsYcd
                a=candidate:1 1 UDP 2015363327 127.0.0.1 41221 typ host
                a=candidate:2 1 TCP 1015021823 127.0.0.1 9 typ host tcptype active
                """);

        assertEquals(1, description.candidates().size());
        assertTrue(description.complete());
    }

    @Test
    void shouldPreferTheSectionsCredentialsToTheSessions() {
        String session = CREDENTIALS + "a=ice-options:trickle\r\n";

        IceDescription inherited = IceDescription.fromSdp(session + "m=x 9 ICE/SDP\r\n" + HOST_LINE);
        IceDescription overridden = IceDescription.fromSdp(
                session + "m=x 9 ICE/SDP\r\na=ice-ufrag:efgh\r\na=ice-pwd:" + "p".repeat(22) + "\r\n" + HOST_LINE);

        assertEquals(new IceDescription(UFRAG, PASSWORD, List.of(HOST), false), inherited);
        assertEquals(new IceDescription("efgh", "p".repeat(22), List.of(HOST), false), overridden);
    }

    @Test
    void shouldBeCompleteWithoutTrickleOrWithTheEnd() {
        assertTrue(IceDescription.fromSdp(CREDENTIALS).complete());
        assertTrue(IceDescription.fromSdp(CREDENTIALS + "a=ice-options:ice2 trickled")
                .complete());
        assertFalse(IceDescription.fromSdp(CREDENTIALS + "a=ice-options:ice2 trickle")
                .complete());
        assertTrue(IceDescription.fromSdp(CREDENTIALS + "a=ice-options:trickle\na=end-of-candidates")
                .complete());
        assertTrue(IceDescription.fromSdp(CREDENTIALS + "a=ice-options:trickle\nm=x\na=end-of-candidates")
                .complete());
    }

    @Test
    void shouldKeepTheBestOfTooManyCandidatesInTheirOrder() {
        List<String> lines = new ArrayList<>(IntStream.range(0, 100)
                .mapToObj(i -> "a=candidate:1 1 UDP " + (1 + i) + " 192.0.2.1 " + (5_000 + i) + " typ host")
                .toList());

        List<Integer> kept = IceDescription.fromSdp(CREDENTIALS + String.join("\n", lines)).candidates().stream()
                .map(candidate -> candidate.address().getPort())
                .toList();

        assertEquals(IntStream.range(5_068, 5_100).boxed().toList(), kept);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a=ice-ufrag:abcd",
                "a=ice-pwd:0123456789abcdefghijkl",
                "a=ice-ufrag:abc\na=ice-pwd:0123456789abcdefghijkl",
                "a=ice-ufrag:abcd\na=ice-pwd:0123456789abcdefghijk",
                "a=ice-ufrag:ab\u0000d\na=ice-pwd:0123456789abcdefghijkl",
                "a=ice-ufrag: abcd\na=ice-pwd:0123456789abcdefghijkl",
                "a=ice-ufrag:abcd\na=ice-ufrag:efgh\na=ice-pwd:0123456789abcdefghijkl",
                "a=ice-ufrag:abcd\na=ice-pwd:0123456789abcdefghijkl\na=candidate:1",
                "m=a\na=b\nm=c\na=ice-ufrag:abcd\na=ice-pwd:0123456789abcdefghijkl",
            })
    void shouldRefuseWhatIsNoDescription(String sdp) {
        assertFalse(refused(sdp).isBlank());
    }

    @Test
    void shouldNotTellThePasswordItRefuses() {
        assertFalse(refused("a=ice-ufrag:abcd\na=ice-pwd:secret!secret!secret!secret!")
                .contains("secret"));
    }

    @Test
    void shouldBoundWhatItReads() {
        assertTrue(refused(CREDENTIALS + "x".repeat(SdpCodec.MAX_LINE + 1)).contains("A line"));
        assertTrue(refused(CREDENTIALS + "\n".repeat(SdpCodec.MAX_LINES)).contains("lines"));
        assertTrue(refused(CREDENTIALS + "x\n".repeat(SdpCodec.MAX_CHARS / 2)).contains("characters"));
        assertEquals(
                UFRAG,
                IceDescription.fromSdp(CREDENTIALS + "x".repeat(SdpCodec.MAX_LINE))
                        .ufrag());
    }

    @Property(tries = 1_000)
    void shouldOnlyEverThrowTheTypedException(
            @ForAll("descriptions") IceDescription description,
            @ForAll @IntRange(max = 10_000) int place,
            @ForAll @StringLength(max = 3) String put) {
        String sdp = description.toSdp();
        int at = place % sdp.length();
        try {
            IceDescription read = IceDescription.fromSdp(sdp.substring(0, at) + put + sdp.substring(at + 1));
            assertEquals(read, IceDescription.fromSdp(read.toSdp()));
        } catch (InvalidDescriptionException e) {
            assertFalse(e.getMessage().isBlank());
        }
    }
}
