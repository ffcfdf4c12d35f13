package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * A session under whatever arrives on its path: datagrams of any bytes, which must all be refused, and packets of any
 * bytes sealed with the right keys, as a hostile contact can make them.
 */
class SessionFuzzTest {
    @FuzzTest
    void shouldStandWhateverArrives(byte[] input) {
        SessionPair pair = SessionPair.up();
        pair.a.session.send(SessionPair.id(1), new byte[3_000]);
        ByteBuffer in = ByteBuffer.wrap(input);
        int forged = 0;
        while (in.remaining() >= 2) {
            boolean sealed = in.get() % 2 == 0;
            byte[] packet = new byte[Math.min(Byte.toUnsignedInt(in.get()), in.remaining())];
            in.get(packet);
            if (sealed && packet.length > 0) {
                pair.a.receive(packet);
            } else if (pair.a.downs().isEmpty()) {
                forged++;
                pair.a.session.onDatagram(ByteBuffer.wrap(packet));
            }
            pair.loop.runDue();
        }

        assertEquals(forged, pair.a.counters.snapshot().getOrDefault("packets.not-authentic", 0L));
        pair.after(Duration.ofMinutes(1));
        assertTrue(pair.a.downs().size() <= 1, () -> "ended more than once: " + pair.a.events);
        assertTrue(pair.a.delivered.size() <= 1, "delivered more than was sent");
        assertEquals(0, pair.loop.pending(), "something still runs a minute later");
        if (pair.a.downs().isEmpty()) {
            assertStillWorks(pair);
        }
    }

    private static void assertStillWorks(SessionPair pair) {
        byte[] text = {1, 2, 3};
        pair.a.session.send(SessionPair.id(2), text);
        pair.after(Duration.ofSeconds(1));
        if (pair.a.downs().isEmpty() && pair.b.downs().isEmpty()) {
            assertArrayEquals(text, pair.b.messages.get(pair.b.messages.size() - 1));
        }
    }
}
