package dev.culvert.ice.internal.turn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class OutputBufferTest {
    @Test
    void shouldTakeAMessageWholeOrNotAtAll() {
        OutputBuffer output = new OutputBuffer(16);

        assertTrue(output.add(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}), 3));
        assertFalse(output.add(ByteBuffer.wrap(new byte[6]), 3));
        assertTrue(output.add(ByteBuffer.wrap(new byte[5]), 3));
        assertEquals(16, output.waiting().remaining());
    }

    @Test
    void shouldPadWithZerosAlsoWhereSomethingWasBefore() {
        OutputBuffer output = new OutputBuffer(8);
        output.add(ByteBuffer.wrap(new byte[] {1, 1, 1, 1, 1, 1, 1, 1}), 0);
        output.waiting().position(8);

        assertTrue(output.add(ByteBuffer.wrap(new byte[] {2, 2, 2, 2, 2}), 3));
        assertArrayEquals(new byte[] {2, 2, 2, 2, 2, 0, 0, 0}, TurnBytes.bytes(output.waiting()));
    }

    @Property(tries = 500)
    void shouldGiveBackWhatItTookInOrderAndKeepToItsBound(@ForAll long seed) {
        Random random = new Random(seed);
        OutputBuffer output = new OutputBuffer(10_000);
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        for (int i = 0; i < 200; i++) {
            byte[] message = new byte[random.nextInt(3_000)];
            random.nextBytes(message);
            int padding = -message.length & 3;
            int before = output.waiting().remaining();
            boolean fits = message.length + padding <= 10_000 - before;
            assertEquals(fits, output.add(ByteBuffer.wrap(message), padding));
            if (fits) {
                taken.writeBytes(TurnBytes.padded(message));
            }
            assertTrue(output.waiting().capacity() <= 10_000);
            byte[] some = new byte[random.nextInt(output.waiting().remaining() + 1)];
            output.waiting().get(some);
            written.writeBytes(some);
        }
        written.writeBytes(TurnBytes.bytes(output.waiting()));
        assertArrayEquals(taken.toByteArray(), written.toByteArray());
    }
}
