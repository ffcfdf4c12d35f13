package dev.culvert.ice;

/** Which side nominates the pair (RFC 8445 section 6.1.1). Should both claim the same, the checks settle it. */
public enum Role {
    CONTROLLING,
    CONTROLLED
}
