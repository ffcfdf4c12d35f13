package dev.culvert.ice;

import dev.culvert.transport.InvalidDescriptionException;

/** The alphabet of ufrag, password and foundation: letters, digits, plus and slash (RFC 8839 section 5.1, ice-char). */
final class IceChars {
    private IceChars() {}

    /** Throws {@link InvalidDescriptionException} unless {@code text} is {@code min} to {@code max} ice-chars. */
    static void check(String what, String text, int min, int max) {
        if (text.length() < min || text.length() > max) {
            throw new InvalidDescriptionException(
                    "The " + what + " has " + min + " to " + max + " characters, not " + text.length());
        }
        for (int i = 0; i < text.length(); i++) {
            if (!isIceChar(text.charAt(i))) {
                throw new InvalidDescriptionException(
                        "The " + what + " has a character outside letters, digits, + and / at " + i);
            }
        }
    }

    private static boolean isIceChar(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    }
}
