package dev.culvert.ice;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.InvalidDescriptionException;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The binary form: what we write can be read, and what anyone else writes can do no harm. */
class IceDescriptionTest {
    private static final String UFRAG = "abcd";
    private static final String PASSWORD = "0123456789abcdefghijkl";
    private static final IceCandidate HOST =
            new IceCandidate("1", 2_130_706_431L, new InetSocketAddress("192.0.2.1", 5_000), CandidateType.HOST, null);

    private static IceDescription with(IceCandidate... candidates) {
        return new IceDescription(UFRAG, PASSWORD, List.of(candidates));
    }

    private static InvalidDescriptionException refused(byte[] bytes) {
        return assertThrows(InvalidDescriptionException.class, () -> IceDescription.fromBytes(bytes));
    }

    @Property(tries = 500)
    void shouldReadWhatItWrites(@ForAll("descriptions") IceDescription description) {
        byte[] bytes = description.toBytes();

        assertEquals(description, IceDescription.fromBytes(bytes));
        assertTrue(bytes.length <= DescriptionCodec.MAX_BYTES);
    }

    @Property(tries = 30)
    void shouldRefuseEveryTruncationAndAnythingAppended(@ForAll("descriptions") IceDescription description) {
        byte[] bytes = description.toBytes();
        for (int length = 0; length < bytes.length; length++) {
            refused(Arrays.copyOf(bytes, length));
        }
        refused(Arrays.copyOf(bytes, bytes.length + 1));
    }

    @Property(tries = 1_000)
    void shouldOnlyEverThrowTheTypedException(
            @ForAll("descriptions") IceDescription description,
            @ForAll @Size(min = 1, max = 5) List<Integer> places,
            @ForAll byte value) {
        byte[] bytes = description.toBytes();
        places.forEach(place -> bytes[Math.floorMod(place, bytes.length)] ^= value);
        readOrRefuse(bytes);
    }

    @Property(tries = 1_000)
    void shouldOnlyEverThrowTheTypedExceptionOnAnyBytes(@ForAll @Size(max = 300) byte[] bytes) {
        readOrRefuse(bytes);
        if (bytes.length > 0) {
            bytes[0] = 1; // get past the version
            readOrRefuse(bytes);
        }
    }

    private static void readOrRefuse(byte[] bytes) {
        try {
            IceDescription read = IceDescription.fromBytes(bytes);
            assertEquals(read, IceDescription.fromBytes(read.toBytes()));
        } catch (InvalidDescriptionException e) {
            assertFalse(e.getMessage().isBlank());
        }
    }

    @Provide
    Arbitrary<IceDescription> descriptions() {
        Arbitrary<String> chars = iceChars(1, 32);
        Arbitrary<InetSocketAddress> addresses = addresses();
        Arbitrary<IceCandidate> candidates = Combinators.combine(
                        chars,
                        Arbitraries.longs().between(1, Integer.MAX_VALUE),
                        addresses,
                        Arbitraries.of(CandidateType.class),
                        addresses.injectNull(0.5))
                .as(IceCandidate::new);
        return Combinators.combine(
                        iceChars(4, 256), iceChars(22, 256), candidates.list().ofMaxSize(IceDescription.MAX_CANDIDATES))
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
        Arbitrary<byte[]> ipv4 = Arbitraries.bytes()
                .array(byte[].class)
                .ofSize(4)
                .map(bytes -> {
                    bytes[0] = (byte) (1 + Math.floorMod(bytes[0], 223));
                    return bytes;
                });
        Arbitrary<byte[]> ipv6 = Arbitraries.bytes()
                .array(byte[].class)
                .ofSize(16)
                .map(bytes -> {
                    bytes[0] = 0x20;
                    return bytes;
                });
        return Combinators.combine(
                        Arbitraries.oneOf(ipv4, ipv6), Arbitraries.integers().between(1, 65_535))
                .as((host, port) -> {
                    try {
                        return new InetSocketAddress(InetAddress.getByAddress(host), port);
                    } catch (UnknownHostException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .filter(address -> !address.getAddress().isMulticastAddress());
    }

    @Test
    void shouldReadADescriptionWithoutCandidates() {
        assertEquals(with(), IceDescription.fromBytes(with().toBytes()));
    }

    @Test
    void shouldCarryTheLargestThereIs() {
        IceCandidate largest = new IceCandidate(
                "f".repeat(32),
                Integer.MAX_VALUE,
                new InetSocketAddress("2001:db8::1", 65_535),
                CandidateType.RELAYED,
                new InetSocketAddress("2001:db8::2", 0));
        List<Integer> ports = IntStream.range(0, NatProfile.MAX_PORTS)
                .mapToObj(i -> 65_535 - i)
                .toList();
        IceDescription full = new IceDescription(
                "u".repeat(256),
                "p".repeat(256),
                Collections.nCopies(IceDescription.MAX_CANDIDATES, largest),
                true,
                NatProfile.dependent(ports));

        assertEquals(DescriptionCodec.MAX_BYTES, full.toBytes().length);
        assertEquals(full, IceDescription.fromBytes(full.toBytes()));
    }

    @Test
    void shouldRefuseWhatIsLargerThanAnyDescriptionWithoutReadingIt() {
        assertTrue(
                refused(new byte[DescriptionCodec.MAX_BYTES + 1]).getMessage().contains("at most"));
    }

    @Test
    void shouldRefuseAnotherVersion() {
        byte[] bytes = with(HOST).toBytes();
        bytes[0] = 2;

        assertTrue(refused(bytes).getMessage().contains("version 2"));
    }

    @Test
    void shouldSayHowManyBytesFollow() {
        byte[] bytes = with(HOST).with(NatProfile.INDEPENDENT).toBytes();

        assertTrue(refused(Arrays.copyOf(bytes, bytes.length + 3)).getMessage().contains("3 bytes follow"));
    }

    @Test
    void shouldCarryWhatIsKnownOfTheNat() {
        for (NatProfile nat :
                List.of(NatProfile.UNKNOWN, NatProfile.INDEPENDENT, NatProfile.dependent(List.of(1, 40_000, 65_535)))) {
            IceDescription description = with(HOST).with(nat);

            assertEquals(description, IceDescription.fromBytes(description.toBytes()));
            assertEquals(description, IceDescription.fromSdp(description.toSdp()));
        }
    }

    @Test
    void shouldRefuseAnAbsurdNat() {
        byte[] bytes = with(HOST).with(NatProfile.dependent(List.of(40_000))).toBytes();
        byte[] portZero = bytes.clone();
        portZero[bytes.length - 1] = portZero[bytes.length - 2] = 0;
        byte[] tooMany = bytes.clone();
        tooMany[bytes.length - 3] = NatProfile.MAX_PORTS + 1;
        byte[] unknown = bytes.clone();
        unknown[bytes.length - 4] = 3;

        assertTrue(refused(portZero).getMessage().contains("1 to 65535"));
        assertTrue(refused(tooMany).getMessage().contains("Too many ports"));
        assertTrue(refused(unknown).getMessage().contains("unknown"));
    }

    @Test
    void shouldRefuseMoreCandidatesThanTheBound() {
        byte[] bytes = with().toBytes();
        bytes[bytes.length - 1] = IceDescription.MAX_CANDIDATES + 1;
        assertTrue(refused(bytes).getMessage().contains("Too many candidates"));

        List<IceCandidate> tooMany = Collections.nCopies(IceDescription.MAX_CANDIDATES + 1, HOST);
        assertThrows(InvalidDescriptionException.class, () -> new IceDescription(UFRAG, PASSWORD, tooMany));
    }

    @Test
    void shouldRefuseUnknownFlags() {
        byte[] bytes = with(HOST).toBytes();
        bytes[with().toBytes().length] |= (byte) 0x80;

        assertTrue(refused(bytes).getMessage().contains("flags"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "224.0.0.1", "239.255.255.250", "255.255.255.255", "0.0.0.9", "240.0.0.1"})
    void shouldRefuseACandidateThatNoPeerCanHave(String host) {
        refused(described(address(host), 5_000));
        refused(described(address("192.0.2.1"), 0));
        assertEquals(
                1,
                IceDescription.fromBytes(described(address("192.0.2.1"), 5_000))
                        .candidates()
                        .size());
    }

    private static byte[] address(String literal) {
        return new InetSocketAddress(literal, 1).getAddress().getAddress();
    }

    /** Written by hand: the codec itself would refuse to write most of these. */
    private static byte[] described(byte[] host, int port) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(1);
        out.write(UFRAG.length());
        out.writeBytes(UFRAG.getBytes(US_ASCII));
        out.write(PASSWORD.length());
        out.writeBytes(PASSWORD.getBytes(US_ASCII));
        out.write(1);
        out.write(0); // a host candidate, IPv4
        out.write(1);
        out.write('f');
        out.writeBytes(new byte[] {0, 0, 0, 1});
        out.write(port >> 8);
        out.write(port);
        out.writeBytes(host);
        return out.toByteArray();
    }

    @Test
    void shouldRefuseWildcardAndMulticastIpv6() {
        for (String host : List.of("::", "ff02::1")) {
            assertThrows(
                    InvalidDescriptionException.class,
                    () -> new IceCandidate("1", 1, new InetSocketAddress(host, 5_000), CandidateType.HOST, null));
        }
    }

    @Test
    void shouldKeepCandidatesInTheirBounds() {
        InetSocketAddress address = new InetSocketAddress("192.0.2.1", 5_000);
        for (long priority : new long[] {0, -1, 1L << 31, Long.MAX_VALUE}) {
            assertThrows(
                    InvalidDescriptionException.class,
                    () -> new IceCandidate("1", priority, address, CandidateType.HOST, null));
        }
        for (String foundation : List.of("", "f".repeat(33), "a b", "ä", "\r\na=x")) {
            assertThrows(
                    InvalidDescriptionException.class,
                    () -> new IceCandidate(foundation, 1, address, CandidateType.HOST, null));
        }
        InetSocketAddress named = InetSocketAddress.createUnresolved("example.org", 5_000);
        assertThrows(
                InvalidDescriptionException.class, () -> new IceCandidate("1", 1, named, CandidateType.HOST, null));
        assertThrows(
                InvalidDescriptionException.class,
                () -> new IceCandidate("1", 1, address, CandidateType.SERVER_REFLEXIVE, named));
    }

    @Test
    void shouldKeepCredentialsInTheirBounds() {
        for (String ufrag : List.of("", "abc", "u".repeat(257), "ab:cd", "abc\u0000")) {
            assertThrows(InvalidDescriptionException.class, () -> new IceDescription(ufrag, PASSWORD, List.of(HOST)));
        }
        for (String password : List.of("", "p".repeat(21), "p".repeat(257), "p".repeat(22) + "=")) {
            assertThrows(InvalidDescriptionException.class, () -> new IceDescription(UFRAG, password, List.of(HOST)));
        }
    }

    @Test
    void shouldNotTellThePassword() {
        assertFalse(with(HOST).toString().contains(PASSWORD));
        assertFalse(assertThrows(
                        InvalidDescriptionException.class,
                        () -> new IceDescription(UFRAG, "secret!secret!secret!secret!", List.of()))
                .getMessage()
                .contains("secret"));
    }

    @Test
    void shouldHidePlacesAsZeroPort9() {
        IceCandidate hidden = new IceCandidate(
                "1",
                1,
                new InetSocketAddress("192.0.2.1", 5_000),
                CandidateType.RELAYED,
                new InetSocketAddress("0.0.0.0", 9));

        assertArrayEquals(
                with(hidden).toBytes(),
                IceDescription.fromBytes(with(hidden).toBytes()).toBytes());
    }
}
