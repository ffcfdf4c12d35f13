package dev.culvert.ice;

/** What kind of address a candidate is (RFC 8445 section 4). */
public enum CandidateType {
    /** An address of the host itself. */
    HOST("host", 0),
    /** What a STUN server saw. */
    SERVER_REFLEXIVE("srflx", 1),
    /** What the peer saw during checks. */
    PEER_REFLEXIVE("prflx", 2),
    /** An address of a TURN server. */
    RELAYED("relay", 3);

    private final String token;
    private final int code;

    CandidateType(String token, int code) {
        this.token = token;
        this.code = code;
    }

    /** Its number in the binary form of a description. */
    int code() {
        return code;
    }

    static CandidateType ofCode(int code) {
        return switch (code) {
            case 0 -> HOST;
            case 1 -> SERVER_REFLEXIVE;
            case 2 -> PEER_REFLEXIVE;
            case 3 -> RELAYED;
            default -> throw new IllegalArgumentException("No candidate type has the code " + code);
        };
    }

    /** The word for it in SDP (RFC 8839 section 5.1). */
    public String token() {
        return token;
    }
}
