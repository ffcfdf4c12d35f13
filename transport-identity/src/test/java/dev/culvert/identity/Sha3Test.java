package dev.culvert.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/**
 * The empty message and the 1600-bit message are NIST's own, SHA3-512_Msg0.pdf and SHA3-512_1600.pdf of
 * csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values. "abc" and the messages of 448 and 896
 * bits are the messages of NIST's examples for the SHA family (FIPS 180-2, appendices A to C); their SHA3-512 digests
 * are in wide publication, for one in the test suites of Zig's standard library and Boost.Hash2.
 */
class Sha3Test {
    private static String sha3(String message) {
        return Hex.text(Sha3.sha3_512(message.getBytes(US_ASCII)));
    }

    @Test
    void shouldHashTheEmptyMessage() {
        String expected = "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6"
                + "15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26";

        assertEquals(expected, sha3(""));
        assertEquals(expected, Hex.text(Sha3.sha3_512()));
    }

    @Test
    void shouldHashAbc() {
        assertEquals(
                "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
                        + "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
                sha3("abc"));
    }

    @Test
    void shouldHashTheMessageOf448Bits() {
        assertEquals(
                "04a371e84ecfb5b8b77cb48610fca8182dd457ce6f326a0fd3d7ec2f1e91636d"
                        + "ee691fbe0c985302ba1b0d8dc78c086346b533b49c030d99a27daf1139d6e75e",
                sha3("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"));
    }

    @Test
    void shouldHashTheMessageOf896Bits() {
        assertEquals(
                "afebb2ef542e6579c50cad06d2e578f9f8dd6881d7dc824d26360feebf18a4fa"
                        + "73e3261122948efcfd492e74e82e2189ed0fb440d187f382270cb455f21dd185",
                sha3("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                        + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"));
    }

    @Test
    void shouldHashTheMessageOf1600Bits() {
        byte[] message = new byte[200];
        Arrays.fill(message, (byte) 0xa3);

        assertEquals(
                "e76dfad22084a8b1467fcf2ffa58361bec7628edf5f3fdc0e4805dc48caeeca8"
                        + "1b7c13c30adf52a3659584739a2df46be589c51ca1a4a8416df6545a1ce8ba00",
                Hex.text(Sha3.sha3_512(message)));
    }

    @Property(tries = 200)
    void shouldAgreeWithTheJdkWhereverAMessageIsDivided(@ForAll byte[] first, @ForAll byte[] second)
            throws GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("SHA3-512");
        digest.update(first);
        digest.update(second);

        assertArrayEquals(digest.digest(), Sha3.sha3_512(first, second));
    }
}
