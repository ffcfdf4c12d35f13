package dev.culvert.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionCipherTest {
    private static final byte[] KEY = new byte[SessionCipher.KEY_LENGTH];
    private static final byte[] AAD = {9, 8, 7};
    private static final byte[] PLAINTEXT = "over and over".getBytes(UTF_8);

    private final SessionCipher sender = SessionCipher.of(KEY);
    private final SessionCipher receiver = SessionCipher.of(KEY);

    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes);
    }

    private byte[] seal(long counter) {
        ByteBuffer out = ByteBuffer.allocate(PLAINTEXT.length + SessionCipher.TAG_LENGTH);
        assertEquals(out.capacity(), sender.seal(counter, buffer(AAD), buffer(PLAINTEXT), out));
        return out.array();
    }

    private int open(long counter, byte[] ciphertext) {
        ByteBuffer out = ByteBuffer.allocate(Math.max(0, ciphertext.length - SessionCipher.TAG_LENGTH));
        int length = receiver.open(counter, buffer(AAD), buffer(ciphertext), out);
        assertArrayEquals(length < 0 ? new byte[out.capacity()] : PLAINTEXT, out.array());
        return length;
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        byte[] out = bytes.clone();
        out[bit / 8] ^= (byte) (1 << (bit % 8));
        return out;
    }

    /** RFC 8439 appendix A.5; its nonce happens to be 4 zero bytes and the counter 0x0102030405060708. */
    @Test
    void shouldSealAndOpenTheVectorOfTheRfc() {
        byte[] key = Hex.bytes("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0");
        byte[] aad = Hex.bytes("f33388860000000000004e91");
        byte[] plaintext = ("Internet-Drafts are draft documents valid for a maximum of six months and may be updated, "
                        + "replaced, or obsoleted by other documents at any time. It is inappropriate to use "
                        + "Internet-Drafts as reference material or to cite them other than as /\u201cwork in "
                        + "progress./\u201d")
                .getBytes(UTF_8);
        byte[] ciphertext = Hex.bytes(
                "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb2",
                "4c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf",
                "332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c855",
                "9797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4",
                "b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523e",
                "af4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a",
                "0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a10",
                "49e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29",
                "a6ad5cb4022b02709b",
                "eead9d67890cbb22392336fea1851f38");
        ByteBuffer out = ByteBuffer.allocate(ciphertext.length);

        assertEquals(
                ciphertext.length,
                SessionCipher.of(key).seal(0x0102030405060708L, buffer(aad), buffer(plaintext), out));
        assertArrayEquals(ciphertext, out.array());

        ByteBuffer back = ByteBuffer.allocate(plaintext.length);
        assertEquals(
                plaintext.length,
                SessionCipher.of(key).open(0x0102030405060708L, buffer(aad), buffer(ciphertext), back));
        assertArrayEquals(plaintext, back.array());
    }

    /** The tag by Bouncy Castle and by JDK 25; JDK 17 alone gives another when it gets the aad as a buffer. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldAuthenticateALongAadTheSameOnEveryJdk(boolean direct) {
        byte[] aad = new byte[16];
        aad[15] = 1;
        ByteBuffer aadBuffer = direct ? ByteBuffer.allocateDirect(16).put(aad).flip() : buffer(aad);
        ByteBuffer out = ByteBuffer.allocate(SessionCipher.TAG_LENGTH);

        sender.seal(0, aadBuffer, ByteBuffer.allocate(0), out);

        assertEquals("4116b37c0b141a2cfb5fdb29a8ab7bb6", Hex.text(out.array()));
    }

    @Test
    void shouldFailWithAnyFlippedBit() {
        byte[] sealed = seal(1);

        for (int bit = 0; bit < 8 * sealed.length; bit++) {
            assertEquals(-1, open(1, flipped(sealed, bit)), "bit " + bit);
        }
        for (int bit = 0; bit < 8 * AAD.length; bit++) {
            ByteBuffer out = ByteBuffer.allocate(PLAINTEXT.length);
            assertEquals(-1, receiver.open(1, buffer(flipped(AAD, bit)), buffer(sealed), out), "aad bit " + bit);
        }
        assertEquals(PLAINTEXT.length, open(1, sealed));
    }

    @Test
    void shouldFailWithAnotherCounterOrKey() {
        byte[] sealed = seal(1);
        byte[] otherKey = KEY.clone();
        otherKey[31] = 1;
        ByteBuffer out = ByteBuffer.allocate(PLAINTEXT.length);

        assertEquals(-1, open(2, sealed));
        assertEquals(-1, open(1L << 32, sealed));
        assertEquals(-1, SessionCipher.of(otherKey).open(1, buffer(AAD), buffer(sealed), out));
    }

    @Test
    void shouldOpenTheGenuinePacketAfterAForgedOneWithItsCounter() {
        byte[] sealed = seal(7);

        assertEquals(-1, open(7, flipped(sealed, 0)));
        assertEquals(-1, open(7, flipped(sealed, 100)));
        assertEquals(PLAINTEXT.length, open(7, sealed));
    }

    @Test
    void shouldOpenTheSamePacketAgain() {
        byte[] sealed = seal(7);

        assertEquals(PLAINTEXT.length, open(7, sealed));
        assertEquals(PLAINTEXT.length, open(7, sealed));
    }

    @Test
    void shouldOpenPacketsInAnyOrder() {
        byte[] first = seal(0);
        byte[] second = seal(1);
        byte[] third = seal(-1); // the counter is unsigned: its greatest value

        assertEquals(PLAINTEXT.length, open(-1, third));
        assertEquals(PLAINTEXT.length, open(1, second));
        assertEquals(PLAINTEXT.length, open(0, first));
    }

    @Test
    void shouldOpenWhatItSealedItself() {
        byte[] sealed = seal(3);
        ByteBuffer out = ByteBuffer.allocate(PLAINTEXT.length);

        assertEquals(PLAINTEXT.length, sender.open(3, buffer(AAD), buffer(sealed), out));
    }

    @Test
    void shouldRefuseToSealTwiceWithACounter() {
        byte[] first = seal(4);
        ByteBuffer out = ByteBuffer.allocate(100);

        IllegalStateException failure =
                assertThrows(IllegalStateException.class, () -> sender.seal(4, buffer(AAD), buffer(PLAINTEXT), out));
        assertTrue(failure.getMessage().startsWith("Counter 4 "), failure.getMessage());
        assertEquals(0, out.position());
        assertFalse(Arrays.equals(first, seal(5)));
    }

    @Test
    void shouldLeaveTheCounterUnusedWhenTheOutputIsTooSmall() {
        ByteBuffer plaintext = buffer(PLAINTEXT);
        ByteBuffer small = ByteBuffer.allocate(PLAINTEXT.length + SessionCipher.TAG_LENGTH - 1);

        assertThrows(IllegalArgumentException.class, () -> sender.seal(6, buffer(AAD), plaintext, small));
        assertEquals(0, plaintext.position());
        assertEquals(PLAINTEXT.length, open(6, seal(6)));
    }

    @Test
    void shouldConsumeNothingWhenTheOutputIsTooSmallToOpen() {
        byte[] sealed = seal(6);
        ByteBuffer aad = buffer(AAD);
        ByteBuffer ciphertext = buffer(sealed);
        ByteBuffer small = ByteBuffer.allocate(PLAINTEXT.length - 1);

        assertThrows(IllegalArgumentException.class, () -> receiver.open(6, aad, ciphertext, small));
        assertEquals(0, aad.position());
        assertEquals(0, ciphertext.position());
        assertEquals(PLAINTEXT.length, open(6, sealed));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 17})
    void shouldNotOpenShortGarbage(int length) {
        ByteBuffer ciphertext = ByteBuffer.allocate(length);
        ByteBuffer aad = buffer(AAD);
        ByteBuffer out = ByteBuffer.allocate(10);

        assertEquals(-1, receiver.open(0, aad, ciphertext, out));
        assertEquals(0, ciphertext.remaining());
        assertEquals(0, aad.remaining());
        assertEquals(0, out.position());
    }

    @Test
    void shouldRefuseAKeyOfAnotherLength() {
        assertThrows(IllegalArgumentException.class, () -> SessionCipher.of(new byte[31]));
        assertThrows(IllegalArgumentException.class, () -> SessionCipher.of(new byte[33]));
    }
}
