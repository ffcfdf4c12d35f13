package dev.culvert.identity;

import java.io.ByteArrayOutputStream;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.params.HKDFParameters;

/** HKDF-SHA-512 (RFC 5869), extract and expand in one call. Stateless. */
final class Hkdf {
    /** RFC 5869 section 2.3: at most 255 blocks of the hash. */
    static final int MAX_LENGTH = 255 * 64;

    private Hkdf() {}

    static byte[] derive(byte[] salt, byte[] secret, byte[] info, int length) {
        HKDFBytesGenerator generator = new HKDFBytesGenerator(new SHA512Digest());
        generator.init(new HKDFParameters(secret, salt, info));
        byte[] out = new byte[length];
        generator.generateBytes(out, 0, length);
        return out;
    }

    /** Joins parts, each after its length in 4 bytes big-endian, so that different parts never give the same bytes. */
    static byte[] info(byte[] first, byte[] second, byte[]... more) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        writePart(out, first);
        writePart(out, second);
        for (byte[] part : more) {
            writePart(out, part);
        }
        return out.toByteArray();
    }

    private static void writePart(ByteArrayOutputStream out, byte[] part) {
        out.write(part.length >>> 24);
        out.write(part.length >>> 16);
        out.write(part.length >>> 8);
        out.write(part.length);
        out.writeBytes(part);
    }
}
