package dev.culvert.dht.mainline;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** The few facts of BEP 44 (mutable items in the BitTorrent DHT) that the engine does not give us. Stateless. */
final class Bep44 {
    /**
     * Most bytes of a value: BEP 44 lets the bencoded form have 1000, and a string of 996 has four before it. Nodes drop
     * larger ones without a word.
     */
    static final int MAX_VALUE = 996;

    private Bep44() {}

    /** What the writer of an item signs: salt, number and value in bencoded form, without the dictionary around them. */
    static byte[] signedBytes(byte[] salt, long sequence, byte[] value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(salt.length + value.length + 48);
        out.writeBytes(ascii("4:salt" + salt.length + ":"));
        out.writeBytes(salt);
        out.writeBytes(ascii("3:seqi" + sequence + "e1:v" + value.length + ":"));
        out.writeBytes(value);
        return out.toByteArray();
    }

    /**
     * The 64-byte form of a private key that libtorrent signs with: the SHA-512 of the seed, its first half made a scalar
     * as RFC 8032, section 5.1.5 says.
     *
     * @param seed wiped
     */
    static byte[] expandSecret(byte[] seed) {
        try {
            byte[] secret = MessageDigest.getInstance("SHA-512").digest(seed);
            secret[0] &= (byte) 0xf8;
            secret[31] &= 0x3f;
            secret[31] |= 0x40;
            return secret;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java has no SHA-512", e);
        } finally {
            Arrays.fill(seed, (byte) 0);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
