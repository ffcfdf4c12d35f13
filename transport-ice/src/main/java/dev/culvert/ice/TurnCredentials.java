package dev.culvert.ice;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The name and password of a TURN server's user ("long-term credentials", RFC 8489 section 9.2). Immutable; the password
 * is left out of {@link #toString()}.
 *
 * @param username 1 to 508 bytes of UTF-8
 * @param password not empty
 */
public record TurnCredentials(String username, String password) {
    private static final int MAX_USERNAME = 508;

    /** Throws {@link IllegalArgumentException} for an empty password, or a user name that is empty or too long. */
    public TurnCredentials {
        int length = username.getBytes(UTF_8).length;
        if (length == 0 || length > MAX_USERNAME) {
            throw new IllegalArgumentException("A TURN user name has 1 to 508 bytes, not " + length);
        }
        if (password.isEmpty()) {
            throw new IllegalArgumentException("A TURN password is not empty");
        }
    }

    /**
     * Credentials that end by themselves, as servers with a shared secret take them (the "REST API for access to TURN
     * services"; coturn's {@code use-auth-secret}). An app's own server makes them, and never gives the secret away.
     *
     * @param user whatever tells the server's operator who it is; no colon
     * @param secret what the app's server and the TURN server share
     * @param end when they end; a relay made before goes on
     */
    public static TurnCredentials timeLimited(String user, byte[] secret, Instant end) {
        if (user.indexOf(':') >= 0) {
            throw new IllegalArgumentException("The user of time-limited credentials has no colon");
        }
        String username = end.getEpochSecond() + ":" + user;
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret, "HmacSHA1"));
            return new TurnCredentials(
                    username, Base64.getEncoder().encodeToString(mac.doFinal(username.getBytes(UTF_8))));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java runtime has HmacSHA1", e);
        }
    }

    @Override
    public String toString() {
        return "TurnCredentials[" + username + "]";
    }
}
