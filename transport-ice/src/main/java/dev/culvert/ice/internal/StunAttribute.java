package dev.culvert.ice.internal;

/**
 * The types of the STUN attributes that Culvert itself reads or writes (RFC 8489 section 18.3, RFC 8445 section 16.1, RFC
 * 8656 section 18, RFC 5780 section 7).
 */
public final class StunAttribute {
    public static final short MAPPED_ADDRESS = 0x0001;
    public static final short USERNAME = 0x0006;
    public static final short MESSAGE_INTEGRITY = 0x0008;
    public static final short ERROR_CODE = 0x0009;
    public static final short XOR_MAPPED_ADDRESS = 0x0020;
    public static final short PRIORITY = 0x0024;
    public static final short USE_CANDIDATE = 0x0025;
    public static final short CHANNEL_NUMBER = 0x000C;
    public static final short LIFETIME = 0x000D;
    public static final short XOR_PEER_ADDRESS = 0x0012;
    public static final short DATA = 0x0013;
    public static final short REALM = 0x0014;
    public static final short NONCE = 0x0015;
    public static final short XOR_RELAYED_ADDRESS = 0x0016;
    public static final short REQUESTED_ADDRESS_FAMILY = 0x0017;
    public static final short REQUESTED_TRANSPORT = 0x0019;
    public static final short SOFTWARE = (short) 0x8022;
    public static final short OTHER_ADDRESS = (short) 0x802C;
    public static final short ICE_CONTROLLED = (short) 0x8029;
    public static final short ICE_CONTROLLING = (short) 0x802A;

    /** Culvert's own, from the range that others pass over: the sender has closed. */
    public static final short GOODBYE = (short) 0xC0CE;

    private StunAttribute() {}

    /** Whether a reader that does not know the type must refuse the message: the types below 0x8000. */
    static boolean isRequired(short type) {
        return type >= 0;
    }
}
