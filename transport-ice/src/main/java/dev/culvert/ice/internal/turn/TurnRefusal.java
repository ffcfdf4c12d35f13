package dev.culvert.ice.internal.turn;

/** Says for people why a TURN server does not serve us, and what to do. Stateless. */
final class TurnRefusal {
    static final int UNAUTHORIZED = 401;
    static final int MISMATCH = 437;
    static final int STALE_NONCE = 438;

    /** What {@link #MISMATCH} says to somebody who has no relay yet. */
    static final String PORT_TAKEN = "it has a relay already for each port that we asked from (437)";

    private TurnRefusal() {}

    /** @param code of an error response (RFC 8656 section 19, RFC 8489 section 14.8) */
    static String explain(int code) {
        return switch (code) {
            case 300 -> "it sends us to another server (300); name that one instead";
            case UNAUTHORIZED ->
                "it does not accept the user name and password (401); check them, or have new ones made"
                        + " if they are time-limited";
            case 403 -> "it forbids this (403); its operator's rules do not allow us or this peer";
            case MISMATCH -> "it does not know our relay any more (437); it may have been started anew";
            case STALE_NONCE -> "it refuses every nonce it gives (438)";
            case 441 -> "the relay was made with other credentials (441)";
            case 442 -> "it relays no UDP (442)";
            case 486 -> "this user has as many relays as it allows (486)";
            case 508 -> "it is full (508)";
            default -> "it refused with " + code;
        };
    }
}
