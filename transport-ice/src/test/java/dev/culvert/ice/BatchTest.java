package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.TIMEOUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.MessageTooLargeException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several datagrams with one call. */
@Timeout(60)
class BatchTest {
    private static final int COUNT = 100;

    /** Lengths that make runs, and such that do not. */
    private static int length(int number) {
        return number % 10 == 9 ? 50 + number : 200;
    }

    private static List<ByteBuffer> batch() {
        List<ByteBuffer> batch = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            batch.add(ByteBuffer.allocate(length(i)).putInt(0, i));
        }
        return batch;
    }

    @Test
    void shouldArriveWholeInOrderAndCounted() {
        List<String> received = Collections.synchronizedList(new ArrayList<>());
        ContextConfig handler =
                ContextConfig.handler(payload -> received.add(payload.getInt(0) + " " + payload.remaining()));
        try (LoopbackPair pair = LoopbackPair.connected(handler)) {
            List<ByteBuffer> batch = batch();
            List<String> expected = new ArrayList<>();
            long bytes = 0;
            for (int i = 0; i < COUNT; i++) {
                expected.add(i + " " + length(i));
                bytes += length(i);
            }

            assertEquals(COUNT, pair.a.send(batch));

            Eventually.holds(() -> received.size() + " received", () -> received.size() == COUNT);
            assertEquals(expected, received);
            assertTrue(batch.stream().noneMatch(ByteBuffer::hasRemaining));
            assertEquals(COUNT, pair.a.stats().sentPackets());
            assertEquals(bytes, pair.a.stats().sentBytes());
            assertEquals(bytes, pair.b.stats().receivedBytes());
            assertEquals(0, pair.a.send(List.of()));
        }
    }

    @Test
    void shouldSendNothingOfABatchWithAWrongDatagram() {
        try (LoopbackPair pair = LoopbackPair.connected()) {
            List<ByteBuffer> empty = List.of(ByteBuffer.allocate(1), ByteBuffer.allocate(0));
            List<ByteBuffer> large = List.of(ByteBuffer.allocate(1), ByteBuffer.allocate(65_508));

            assertThrows(IllegalArgumentException.class, () -> pair.a.send(empty));
            assertThrows(MessageTooLargeException.class, () -> pair.a.send(large));

            assertEquals(0, pair.a.stats().sentPackets());
            assertEquals(1, empty.get(0).remaining());
        }
    }

    @Test
    void shouldCountWhatCanNotBeSent() {
        try (LoopbackPair pair = LoopbackPair.open()) {
            assertEquals(0, pair.a.send(batch()));
            assertEquals(1, pair.a.stats().drops(DropCause.SEND_NOT_CONNECTED));
            pair.a.gather(TIMEOUT);
            pair.a.close();
            assertEquals(0, pair.a.send(batch()));
        }
    }

    @Test
    void shouldKnowWhatFitsInOnePiece() {
        try (LoopbackPair pair = LoopbackPair.open()) {
            assertEquals(1_232, pair.a.mtu());

            pair.connect();

            Eventually.holds(() -> "loopback takes the largest, but " + pair.a.mtu(), () -> pair.a.mtu() == 65_507);
        }
    }
}
