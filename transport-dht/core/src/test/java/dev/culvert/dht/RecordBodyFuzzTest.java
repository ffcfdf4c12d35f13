package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

/** What is inside a record, once it has opened: read or refused, and what was read comes back from its own bytes. */
class RecordBodyFuzzTest {
    @FuzzTest
    void shouldReadOrRefuse(byte[] bytes) {
        RecordBody body = RecordBody.parse(ByteBuffer.wrap(bytes));
        if (body != null) {
            byte[] encoded = body.encode();
            assertTrue(encoded.length <= bytes.length, "read more than there was");
            RecordBody again = RecordBody.parse(ByteBuffer.wrap(encoded));
            assertArrayEquals(encoded, again.encode());
            assertEquals(body.sequence(), again.sequence());
            assertEquals(body.expirySeconds(), again.expirySeconds());
            assertArrayEquals(body.payload(), again.payload());
        }
        QueueEnvelope.decode(bytes, 1_000).ifPresent(envelope -> {
            assertArrayEquals(bytes, envelope.encode());
            assertTrue(envelope.start() >= 0 && envelope.start() <= 1_000);
            assertTrue(envelope.generation() > 0 && envelope.generation() < QueueAck.MAX);
        });
        QueueAck.decode(bytes).ifPresent(ack -> assertArrayEquals(bytes, ack.encode()));
    }
}
