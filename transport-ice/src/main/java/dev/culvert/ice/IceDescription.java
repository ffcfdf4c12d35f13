package dev.culvert.ice;

import dev.culvert.transport.InvalidDescriptionException;
import java.util.ArrayList;
import java.util.List;

/**
 * What one side tells the other before checks start: its credentials and candidates. Immutable. The password is a
 * secret between the two sides: send descriptions sealed, and note that {@link #toString()} leaves it out.
 *
 * @param ufrag 4 to 256 ice-chars, names the context at its endpoint
 * @param password 22 to 256 ice-chars, the key of integrity checks towards this side
 * @param candidates at most {@link #MAX_CANDIDATES}
 * @param complete whether these are all; otherwise more may follow one by one ("trickle", RFC 8838)
 * @param nat what is known of the NATs before this side
 */
public record IceDescription(
        String ufrag, String password, List<IceCandidate> candidates, boolean complete, NatProfile nat) {
    /** Most candidates of one description; bounds the check list against a hostile peer. */
    public static final int MAX_CANDIDATES = 32;

    /** Checks the bounds of RFC 8839 section 5.4; throws {@link InvalidDescriptionException}. */
    public IceDescription {
        IceChars.check("ufrag", ufrag, 4, 256);
        IceChars.check("password", password, 22, 256);
        if (candidates.size() > MAX_CANDIDATES) {
            throw new InvalidDescriptionException(
                    "A description has at most " + MAX_CANDIDATES + " candidates, not " + candidates.size());
        }
        candidates = List.copyOf(candidates);
    }

    /** A description that tells nothing of NATs. */
    public IceDescription(String ufrag, String password, List<IceCandidate> candidates, boolean complete) {
        this(ufrag, password, candidates, complete, NatProfile.UNKNOWN);
    }

    /** A complete description. */
    public IceDescription(String ufrag, String password, List<IceCandidate> candidates) {
        this(ufrag, password, candidates, true);
    }

    /**
     * The same with one more candidate, which was found later.
     *
     * @throws InvalidDescriptionException if there are {@link #MAX_CANDIDATES}
     */
    public IceDescription with(IceCandidate candidate) {
        List<IceCandidate> more = new ArrayList<>(candidates);
        more.add(candidate);
        return new IceDescription(ufrag, password, more, complete, nat);
    }

    /** The same with what is known of NATs. */
    IceDescription with(NatProfile profile) {
        return new IceDescription(ufrag, password, candidates, complete, profile);
    }

    /** The compact binary form for records: some 30 bytes and 13 (IPv4) to 43 (reflexive IPv6) for each candidate. */
    public byte[] toBytes() {
        return DescriptionCodec.encode(this);
    }

    /**
     * Reads the binary form.
     *
     * @throws InvalidDescriptionException if it is malformed, truncated, followed by more, or over a bound
     */
    public static IceDescription fromBytes(byte[] bytes) {
        return DescriptionCodec.decode(bytes);
    }

    /**
     * The description as SDP attributes (RFC 8839), each line with {@code a=} and CRLF: ufrag, password, the option
     * {@code trickle}, the candidates, and {@code end-of-candidates} if it is complete. For signalling that wants a whole
     * media section, see {@link #toSdp(String)}.
     */
    public String toSdp() {
        return SdpCodec.write(this);
    }

    /**
     * The same after {@code m=} and {@code c=} lines with the protocol {@code ICE/SDP}, which libnice for one wants.
     *
     * @param media the media type of the {@code m=} line, one word, as {@code application}
     * @throws IllegalArgumentException if it is not one word
     */
    public String toSdp(String media) {
        return SdpCodec.write(this, media);
    }

    /**
     * Reads what this library writes, and the SDP of any other agent: the session's lines and the first media section.
     * Lines end with CRLF or LF; the {@code a=} of an attribute may be missing; attributes it does not know, and
     * candidates that {@link IceCandidate#fromSdp} does not use, are passed over. Of more than {@link #MAX_CANDIDATES}
     * candidates those of the lowest priority are left out. The description is complete if it says so
     * ({@code a=end-of-candidates}) or its agent does not trickle (no {@code a=ice-options:trickle}).
     *
     * @throws InvalidDescriptionException if ufrag or password is missing, doubled in a section or out of its bounds, if
     *     a candidate is malformed, or if the text is longer than any agent's
     */
    public static IceDescription fromSdp(String sdp) {
        return SdpCodec.read(sdp);
    }

    @Override
    public String toString() {
        return "IceDescription[" + ufrag + ", " + candidates + (complete ? "]" : ", more to come]");
    }
}
