package dev.culvert.identity;

import java.util.HexFormat;

/** Bytes of published vectors. */
final class Hex {
    private Hex() {}

    static byte[] bytes(String... lines) {
        return HexFormat.of().parseHex(String.join("", lines));
    }

    static String text(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
