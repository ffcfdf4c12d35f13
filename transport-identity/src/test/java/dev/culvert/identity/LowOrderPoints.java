package dev.culvert.identity;

import java.util.stream.Stream;

/**
 * Every 32-byte string that X25519 reads as a point of order 1, 2, 4 or 8 of the curve or its twist: 0, 1, p - 1, p,
 * p + 1 and the two u of order 8, each also with the top bit that RFC 7748 section 5 masks.
 */
final class LowOrderPoints {
    private LowOrderPoints() {}

    static Stream<byte[]> all() {
        return Stream.of(
                        "0000000000000000000000000000000000000000000000000000000000000000",
                        "0100000000000000000000000000000000000000000000000000000000000000",
                        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")
                .flatMap(hex -> Stream.of(Hex.bytes(hex), withTopBit(Hex.bytes(hex))));
    }

    private static byte[] withTopBit(byte[] point) {
        point[31] |= (byte) 0x80;
        return point;
    }
}
