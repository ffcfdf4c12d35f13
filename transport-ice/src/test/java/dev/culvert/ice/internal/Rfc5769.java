package dev.culvert.ice.internal;

import java.util.HexFormat;

/** The published test vectors of RFC 5769, sections 2.1 to 2.3. */
final class Rfc5769 {
    static final String PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt";

    private static final String ID = "b7e7a701bc34d686fa87dfae";

    private static final byte[] REQUEST = hex(
                    "00010058", "2112a442", ID, "80220010", "5354554e207465737420636c69656e74")
            .with("00240004", "6e0001ff", "80290008", "932ff9b151263b36")
            .with("00060009", "6576746a3a68367659202020")
            .with("00080014", "9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2")
            .with("80280004", "e57a3bcf")
            .bytes();

    private static final byte[] RESPONSE_IPV4 = hex("0101003c", "2112a442", ID, "8022000b", "7465737420766563746f7220")
            .with("00200008", "0001a147e112a643")
            .with("00080014", "2b91f599fd9e90c38c7489f92af9ba53f06be7d7")
            .with("80280004", "c07d4c96")
            .bytes();

    private static final byte[] RESPONSE_IPV6 = hex("01010048", "2112a442", ID, "8022000b", "7465737420766563746f7220")
            .with("00200014", "0002a1470113a9faa5d3f179bc25f4b5bed2b9d9")
            .with("00080014", "a382954e4be67bf11784c97c8292c275bfe3ed41")
            .with("80280004", "c8fb0b4c")
            .bytes();

    private Rfc5769() {}

    static byte[] request() {
        return REQUEST.clone();
    }

    static byte[] responseIpv4() {
        return RESPONSE_IPV4.clone();
    }

    static byte[] responseIpv6() {
        return RESPONSE_IPV6.clone();
    }

    private static Hex hex(String... parts) {
        return new Hex("").with(parts);
    }

    private record Hex(String text) {
        Hex with(String... parts) {
            return new Hex(text + String.join("", parts));
        }

        byte[] bytes() {
            return HexFormat.of().parseHex(text);
        }
    }
}
