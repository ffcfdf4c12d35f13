package dev.culvert.ice.internal;

/** The types of the STUN attributes that Culvert itself reads or writes (RFC 8489 section 18.3, RFC 8445 section 16.1). */
final class StunAttribute {
    static final short MAPPED_ADDRESS = 0x0001;
    static final short USERNAME = 0x0006;
    static final short MESSAGE_INTEGRITY = 0x0008;
    static final short ERROR_CODE = 0x0009;
    static final short XOR_MAPPED_ADDRESS = 0x0020;
    static final short PRIORITY = 0x0024;
    static final short ICE_CONTROLLED = (short) 0x8029;
    static final short ICE_CONTROLLING = (short) 0x802A;

    private StunAttribute() {}

    /** Whether a reader that does not know the type must refuse the message: the types below 0x8000. */
    static boolean isRequired(short type) {
        return type >= 0;
    }
}
