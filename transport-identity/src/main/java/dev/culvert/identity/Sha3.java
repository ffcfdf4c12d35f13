package dev.culvert.identity;

import org.bouncycastle.crypto.digests.SHA3Digest;

/** SHA3-512 (FIPS 202), the hash behind every key and fingerprint. Stateless, for any thread. */
public final class Sha3 {
    /** Bytes of a digest. */
    public static final int DIGEST_LENGTH = 64;

    private Sha3() {}

    /**
     * The SHA3-512 of all parts, one after the other. Nothing marks where a part ends: a caller with parts of variable
     * length has to prefix their lengths.
     *
     * @return {@link #DIGEST_LENGTH} bytes
     */
    @SuppressWarnings("MemberName") // the name the hash has in its standard
    public static byte[] sha3_512(byte[]... parts) {
        SHA3Digest digest = new SHA3Digest(8 * DIGEST_LENGTH);
        for (byte[] part : parts) {
            digest.update(part, 0, part.length);
        }
        byte[] out = new byte[DIGEST_LENGTH];
        digest.doFinal(out, 0);
        return out;
    }
}
