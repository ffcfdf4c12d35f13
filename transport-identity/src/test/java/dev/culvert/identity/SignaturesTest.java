package dev.culvert.identity;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignaturesTest {
    private static final SigningKey KEY = SigningKey.generate(new SeededRandom(50));
    private static final byte[] MESSAGE = {1, 2, 3, 4};
    private static final byte[] SIGNATURE = KEY.sign(MESSAGE);

    private static byte[] flipped(byte[] bytes, int bit) {
        byte[] out = bytes.clone();
        out[bit / 8] ^= (byte) (1 << (bit % 8));
        return out;
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.identity.Rfc8032#vectors")
    void shouldVerifyTheRfcsSignatures(Rfc8032.Vector vector) {
        assertTrue(Signatures.verify(
                Hex.bytes(vector.publicKey()), Hex.bytes(vector.message()), Hex.bytes(vector.signature())));
    }

    @Test
    void shouldRefuseAnyFlippedBit() {
        assertTrue(Signatures.verify(KEY.publicKey(), MESSAGE, SIGNATURE));
        for (int bit = 0; bit < 512; bit++) {
            assertFalse(Signatures.verify(KEY.publicKey(), MESSAGE, flipped(SIGNATURE, bit)), "signature bit " + bit);
        }
        for (int bit = 0; bit < 256; bit++) {
            assertFalse(Signatures.verify(flipped(KEY.publicKey(), bit), MESSAGE, SIGNATURE), "key bit " + bit);
        }
        for (int bit = 0; bit < 32; bit++) {
            assertFalse(Signatures.verify(KEY.publicKey(), flipped(MESSAGE, bit), SIGNATURE), "message bit " + bit);
        }
    }

    @Test
    void shouldRefuseEveryOtherLength() {
        for (int length = 0; length <= 130; length++) {
            if (length != Signatures.LENGTH) {
                assertFalse(Signatures.verify(KEY.publicKey(), MESSAGE, Arrays.copyOf(SIGNATURE, length)));
            }
            if (length != 32) {
                assertFalse(Signatures.verify(Arrays.copyOf(KEY.publicKey(), length), MESSAGE, SIGNATURE));
            }
        }
    }

    @Property(tries = 300)
    void shouldSayNoAndNothingElseToAnythingFromOutside(
            @ForAll @Size(max = 70) byte[] key, @ForAll @Size(max = 20) byte[] message, @ForAll @Size(64) byte[] any) {
        assertFalse(Signatures.verify(key, message, any));
        assertFalse(Signatures.verify(Arrays.copyOf(key, 32), message, any));
        assertFalse(Signatures.verify(KEY.publicKey(), message, any));
    }

    @Test
    void shouldRefuseTheSameSignatureWithTheGroupOrderAdded() {
        // RFC 8032 section 8.4: S must be below L, or anybody could make a second valid signature from the first.
        BigInteger order = BigInteger.ONE.shiftLeft(252).add(new BigInteger("27742317777372353535851937790883648493"));
        byte[] bigEndian = new byte[32];
        for (int i = 0; i < 32; i++) {
            bigEndian[i] = SIGNATURE[63 - i];
        }
        byte[] sum = new BigInteger(1, bigEndian).add(order).toByteArray();
        byte[] malleated = SIGNATURE.clone();
        for (int i = 0; i < 32; i++) {
            malleated[32 + i] = i < sum.length ? sum[sum.length - 1 - i] : 0;
        }

        assertFalse(Arrays.equals(SIGNATURE, malleated));
        assertFalse(Signatures.verify(KEY.publicKey(), MESSAGE, malleated));
    }

    /**
     * With A of order 1 the equation SB = R + kA holds for every message with S = 1 and R = B: a key that would have
     * signed everything. The others are of order 2, 4 and 8.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0100000000000000000000000000000000000000000000000000000000000000",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0000000000000000000000000000000000000000000000000000000000000080",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
            })
    void shouldRefuseKeysOfLowOrder(String key) {
        byte[] signature = Hex.bytes(
                "5866666666666666666666666666666666666666666666666666666666666666",
                "0100000000000000000000000000000000000000000000000000000000000000");

        for (int i = 0; i < 64; i++) {
            assertFalse(Signatures.verify(Hex.bytes(key), new byte[] {(byte) i}, signature));
        }
    }
}
