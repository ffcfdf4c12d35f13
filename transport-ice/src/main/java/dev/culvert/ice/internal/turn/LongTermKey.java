package dev.culvert.ice.internal.turn;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.ice.TurnCredentials;
import dev.culvert.ice.internal.StunAttribute;
import dev.culvert.ice.internal.StunBuilder;
import dev.culvert.ice.internal.StunMessage;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/** What signs requests to one server: the credentials, its realm and its latest nonce (RFC 8489 section 9.2). Immutable. */
final class LongTermKey {
    /** RFC 8489 sections 14.9 and 14.10: realm and nonce are shorter than 128 characters, which are up to 763 bytes. */
    private static final int MAX_TEXT = 763;

    private static final int MAX_USERNAME = 508;

    /** What {@link #sign} adds at most, besides the integrity. */
    static final int MAX_BYTES = StunBuilder.sizeOf(MAX_USERNAME) + 2 * StunBuilder.sizeOf(MAX_TEXT);

    private final byte[] username;
    private final byte[] realm;
    private final byte[] nonce;
    private final byte[] key;

    private LongTermKey(byte[] username, byte[] realm, byte[] nonce, byte[] key) {
        this.username = username;
        this.realm = realm;
        this.nonce = nonce;
        this.key = key;
    }

    /** The key for a server that asks for one with this error; empty if it does not tell realm and nonce, or absurd ones. */
    static Optional<LongTermKey> of(TurnCredentials credentials, StunMessage challenge) {
        byte[] realm = text(challenge, StunAttribute.REALM);
        byte[] nonce = text(challenge, StunAttribute.NONCE);
        if (realm.length == 0 || nonce.length == 0) {
            return Optional.empty();
        }
        byte[] username = credentials.username().getBytes(UTF_8);
        try {
            // RFC 8489 section 9.2.2 names MD5; the password is a machine's, and the server's choice of digest is not
            // ours.
            MessageDigest md5 = MessageDigest.getInstance("MD5");
            md5.update(username);
            md5.update((byte) ':');
            md5.update(realm);
            md5.update((byte) ':');
            md5.update(credentials.password().getBytes(UTF_8));
            return Optional.of(new LongTermKey(username, realm, nonce, md5.digest()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java runtime has MD5", e);
        }
    }

    private static byte[] text(StunMessage message, short attribute) {
        ByteBuffer value = message.attribute(attribute).orElse(null);
        if (value == null || value.remaining() > MAX_TEXT) {
            return new byte[0];
        }
        byte[] text = new byte[value.remaining()];
        value.get(text);
        return text;
    }

    boolean isSameRealm(LongTermKey other) {
        return Arrays.equals(realm, other.realm);
    }

    boolean isAuthentic(StunMessage message) {
        return message.isAuthenticWith(key);
    }

    StunBuilder sign(StunBuilder request) {
        return request.put(StunAttribute.USERNAME, username)
                .put(StunAttribute.REALM, realm)
                .put(StunAttribute.NONCE, nonce)
                .sign(key);
    }

    @Override
    public String toString() {
        return "LongTermKey";
    }
}
