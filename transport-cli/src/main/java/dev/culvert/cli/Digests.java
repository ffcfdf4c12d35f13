package dev.culvert.cli;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA3-512 over files and over series of messages, in pieces. */
final class Digests {
    private Digests() {}

    static MessageDigest sha3() {
        try {
            return MessageDigest.getInstance("SHA3-512");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime since 9 has SHA3-512", e);
        }
    }

    /** Adds one message of a series: its length first, so that borders count. */
    static void addMessage(MessageDigest digest, byte[] payload) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(payload.length).flip());
        digest.update(payload);
    }

    static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }
}
