package dev.culvert.identity;

import dev.culvert.transport.PeerId;
import java.util.HexFormat;

/** The fingerprint of a peer: the form that people compare and that DHT keys are made from. Stateless. */
public final class Fingerprint {
    /** Characters of a fingerprint. */
    public static final int LENGTH = 2 * Sha3.DIGEST_LENGTH;

    private Fingerprint() {}

    /** The SHA3-512 of the 64 bytes of the peer id, as {@link #LENGTH} characters of lower-case hex. */
    public static String of(PeerId peer) {
        return HexFormat.of().formatHex(Sha3.sha3_512(peer.toBytes()));
    }
}
