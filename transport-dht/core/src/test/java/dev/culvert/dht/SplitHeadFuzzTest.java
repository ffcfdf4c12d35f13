package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.culvert.identity.SigningKey;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Heads and parts as the slot's own writer may make them, with any fields: nothing over the bounds comes of them. */
class SplitHeadFuzzTest {
    private static final int LIMIT = 996;
    private static final int MOST = 100_000;
    private static final byte[] HEAD = "culvert split head".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    private static final WritableSlot SLOT =
            WritableSlot.of(new byte[Slot.KEY_LENGTH], SigningKey.fromSeed(new byte[SigningKey.SEED_LENGTH]));

    @FuzzTest
    void shouldKeepItsBounds(byte[] input) {
        assertTrue(SplitHead.read(SLOT.slot(), input, MOST, LIMIT).isEmpty());
        byte[] text = ByteBuffer.allocate(HEAD.length + Slot.KEY_LENGTH + input.length)
                .put(HEAD)
                .put(SLOT.slot().key())
                .put(input)
                .array();
        byte[] signature = SLOT.writer().sign(text);
        byte[] signed = Arrays.copyOf(input, input.length + signature.length);
        System.arraycopy(signature, 0, signed, input.length, signature.length);
        SplitHead.read(SLOT.slot(), signed, MOST, LIMIT).ifPresent(head -> {
            assertTrue(head.total() <= MOST);
            assertTrue(head.parts() <= MOST / SplitHead.LEAST_PART_BYTES + 1);
            if (head.parts() > 0) {
                assertTrue(
                        head.readPart(head.parts() - 1, List.of(input, signed)).isEmpty());
            } else {
                assertEquals(head.total(), head.join(List.of()).length);
            }
        });
    }
}
