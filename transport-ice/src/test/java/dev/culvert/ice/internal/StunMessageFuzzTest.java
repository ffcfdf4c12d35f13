package dev.culvert.ice.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Whatever bytes look like STUN: parsed or refused; what the integrity covers says the same as the whole. */
class StunMessageFuzzTest {
    private static final byte[] KEY = Rfc5769.PASSWORD.getBytes(UTF_8);

    private final StunClassifier classifier = new StunClassifier();

    @FuzzTest
    void shouldParseOrRefuse(byte[] bytes) {
        byte[] before = bytes.clone();
        readAll(bytes);
        assertEquals(ByteBuffer.wrap(before), ByteBuffer.wrap(bytes), "reading changed the message");
        if (bytes.length >= StunClassifier.HEADER_BYTES) {
            readAll(withGoodHeader(bytes));
        }
    }

    /** With the cookie and the length in their places the attributes are read at all. */
    private static byte[] withGoodHeader(byte[] bytes) {
        byte[] message = Arrays.copyOf(bytes, bytes.length & ~3);
        message[0] &= 0x3f;
        ByteBuffer.wrap(message)
                .putShort(2, (short) (message.length - StunClassifier.HEADER_BYTES))
                .putInt(4, StunClassifier.MAGIC_COOKIE);
        return message;
    }

    private void readAll(byte[] bytes) {
        ByteBuffer datagram = ByteBuffer.wrap(bytes);
        boolean looks = StunClassifier.looksLikeStun(datagram);
        if (looks) {
            classifier.hasFingerprint(datagram);
            assertEquals(bytes.length, datagram.remaining(), "the classifier moved the buffer");
        }
        StunMessage.parse(bytes).ifPresent(message -> {
            assertTrue(looks, "parsed what does not look like STUN");
            StunMessage covered = StunMessage.parse(message.coveredBytes()).orElseThrow();
            assertEquals(message.kind(), covered.kind());
            assertEquals(message.transactionId(), covered.transactionId());
            assertEquals(message.receiverUfrag(), covered.receiverUfrag());
            assertEquals(message.mappedAddress(), covered.mappedAddress());
            assertEquals(message.isAuthenticWith(KEY), covered.isAuthenticWith(KEY));
        });
    }
}
