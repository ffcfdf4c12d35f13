package dev.culvert.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** RFC 5869 has no vectors for SHA-512: here its sections 2.2 and 2.3 are spelt out with the JDK's HMAC. */
class HkdfTest {
    private static byte[] hmac(byte[] key, byte[]... parts) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA512");
        mac.init(new SecretKeySpec(key, "HmacSHA512"));
        for (byte[] part : parts) {
            mac.update(part);
        }
        return mac.doFinal();
    }

    private static byte[] expected(byte[] salt, byte[] secret, byte[] info, int length)
            throws GeneralSecurityException {
        byte[] prk = hmac(salt.length == 0 ? new byte[64] : salt, secret);
        byte[] out = new byte[length];
        byte[] block = {};
        for (int at = 0, n = 1; at < length; at += 64, n++) {
            block = hmac(prk, block, info, new byte[] {(byte) n});
            System.arraycopy(block, 0, out, at, Math.min(64, length - at));
        }
        return out;
    }

    @Property(tries = 200)
    void shouldExtractAndExpand(
            @ForAll @Size(max = 100) byte[] salt,
            @ForAll @Size(max = 100) byte[] secret,
            @ForAll @Size(max = 100) byte[] info,
            @ForAll @IntRange(min = 1, max = 300) int length)
            throws GeneralSecurityException {
        assertArrayEquals(expected(salt, secret, info, length), Hkdf.derive(salt, secret, info, length));
    }

    @Test
    void shouldReachItsGreatestLength() throws GeneralSecurityException {
        byte[] bytes = {1, 2, 3};

        assertArrayEquals(
                expected(bytes, bytes, bytes, Hkdf.MAX_LENGTH), Hkdf.derive(bytes, bytes, bytes, Hkdf.MAX_LENGTH));
    }

    @Test
    void shouldTellApartWherePartsEnd() {
        byte[] ab = {'a', 'b'};
        byte[] c = {'c'};
        byte[] a = {'a'};
        byte[] bc = {'b', 'c'};
        byte[] none = {};

        assertFalse(Arrays.equals(Hkdf.info(ab, c), Hkdf.info(a, bc)));
        assertFalse(Arrays.equals(Hkdf.info(ab, none), Hkdf.info(none, ab)));
        assertFalse(Arrays.equals(Hkdf.info(ab, c), Hkdf.info(ab, c, none)));
    }
}
