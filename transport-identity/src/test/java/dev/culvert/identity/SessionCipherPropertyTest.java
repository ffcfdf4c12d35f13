package dev.culvert.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/** Any input, in any kind of buffer, against Bouncy Castle's own ChaCha20-Poly1305. */
class SessionCipherPropertyTest {
    private static final byte FILL = 0x55;

    enum Kind {
        HEAP,
        DIRECT,
        READ_ONLY
    }

    private static byte[] bouncyCastle(byte[] key, long counter, byte[] aad, byte[] plaintext)
            throws InvalidCipherTextException {
        byte[] nonce = ByteBuffer.allocate(12).putInt(0).putLong(counter).array();
        ChaCha20Poly1305 cipher = new ChaCha20Poly1305();
        cipher.init(true, new AEADParameters(new KeyParameter(key), 128, nonce, aad));
        byte[] out = new byte[cipher.getOutputSize(plaintext.length)];
        int length = cipher.processBytes(plaintext, 0, plaintext.length, out, 0);
        cipher.doFinal(out, length);
        return out;
    }

    /** A buffer whose content starts at an offset, with room of the given length before its limit. */
    private static ByteBuffer room(boolean direct, int offset, int length) {
        byte[] fill = new byte[offset + length + 3];
        Arrays.fill(fill, FILL);
        ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(fill.length) : ByteBuffer.allocate(fill.length);
        buffer.put(fill).position(offset).limit(offset + length);
        return buffer;
    }

    private static ByteBuffer holding(Kind kind, int offset, byte[] content) {
        ByteBuffer buffer = room(kind != Kind.HEAP, offset, content.length);
        buffer.put(content).position(offset);
        return kind == Kind.READ_ONLY ? buffer.asReadOnlyBuffer() : buffer;
    }

    private static byte[] content(ByteBuffer buffer, int offset, int length) {
        byte[] out = new byte[length];
        buffer.get(offset, out);
        return out;
    }

    private static void assertSurroundingsUntouched(ByteBuffer buffer, int offset, int length) {
        ByteBuffer whole = buffer.duplicate();
        whole.clear();
        for (int i = 0; i < whole.capacity(); i++) {
            if (i < offset || i >= offset + length) {
                assertEquals(FILL, whole.get(i));
            }
        }
    }

    @Property(tries = 300)
    void shouldSealAsBouncyCastleAndOpenAgain(
            @ForAll @Size(32) byte[] key,
            @ForAll long counter,
            @ForAll @Size(max = 40) byte[] aad,
            @ForAll @Size(max = 5000) byte[] plaintext,
            @ForAll Kind in,
            @ForAll boolean direct,
            @ForAll @IntRange(max = 9) int offset)
            throws InvalidCipherTextException {
        int sealedLength = plaintext.length + SessionCipher.TAG_LENGTH;
        ByteBuffer sealed = room(direct, offset, sealedLength);
        ByteBuffer sealAad = holding(in, offset, aad);
        ByteBuffer sealInput = holding(in, offset, plaintext);

        assertEquals(sealedLength, SessionCipher.of(key).seal(counter, sealAad, sealInput, sealed));
        byte[] ciphertext = content(sealed, offset, sealedLength);
        assertArrayEquals(bouncyCastle(key, counter, aad, plaintext), ciphertext);
        assertEquals(0, sealAad.remaining() + sealInput.remaining() + sealed.remaining());
        assertSurroundingsUntouched(sealed, offset, sealedLength);

        ByteBuffer opened = room(direct, offset, plaintext.length);
        ByteBuffer openAad = holding(in, offset, aad);
        ByteBuffer openInput = holding(in, offset, ciphertext);

        assertEquals(plaintext.length, SessionCipher.of(key).open(counter, openAad, openInput, opened));
        assertArrayEquals(plaintext, content(opened, offset, plaintext.length));
        assertEquals(0, openAad.remaining() + openInput.remaining() + opened.remaining());
        assertSurroundingsUntouched(opened, offset, plaintext.length);
    }

    @Property(tries = 200)
    void shouldTouchNoOutputWhenItDoesNotAuthenticate(
            @ForAll @Size(32) byte[] key,
            @ForAll long counter,
            @ForAll @Size(max = 5000) byte[] garbage,
            @ForAll Kind in,
            @ForAll boolean direct,
            @ForAll @IntRange(max = 9) int offset) {
        ByteBuffer out = room(direct, offset, garbage.length);
        ByteBuffer aad = holding(in, offset, key);
        ByteBuffer input = holding(in, offset, garbage);

        assertEquals(-1, SessionCipher.of(key).open(counter, aad, input, out));
        assertEquals(0, aad.remaining() + input.remaining());
        assertEquals(offset, out.position());
        assertSurroundingsUntouched(out, 0, 0);
    }
}
