package dev.culvert.dht.mainline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.identity.Signatures;
import dev.culvert.identity.SigningKey;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.libtorrent4j.Ed25519;

class Bep44Test {
    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void shouldSignTheBytesOfTheSpecification() {
        byte[] signed = Bep44.signedBytes(ascii("foobar"), 1, ascii("Hello World!"));

        assertEquals("4:salt6:foobar3:seqi1e1:v12:Hello World!", new String(signed, StandardCharsets.US_ASCII));
    }

    /** Test 2 of BEP 44: mutable with salt. */
    @Test
    void shouldVerifyTheExampleOfTheSpecification() {
        byte[] publicKey = HexFormat.of().parseHex("77ff84905a91936367c01360803104f92432fcd904a43511876df5cdf3e7e548");
        byte[] signature = HexFormat.of()
                .parseHex("6834284b6b24c3204eb2fea824d82f88883a3d95e8b4a21b8c0ded553d17d17d"
                        + "df9a8a7104b1258f30bed3787e6cb896fca78c58f8e03b5f18f14951a87d9a08");

        assertTrue(
                Signatures.verify(publicKey, Bep44.signedBytes(ascii("foobar"), 1, ascii("Hello World!")), signature));
    }

    @Test
    void shouldExpandASecretAsTheEngineDoes() {
        MainlineNatives.require();
        SigningKey key = Items.slot().writer();

        assertArrayEquals(Ed25519.createKeypair(key.seed()).second, Bep44.expandSecret(key.seed()));
    }
}
