package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Handlers that read numbers in the other byte order. */
@Timeout(60)
class ByteOrderTest {
    /** A consent check that is taken for data gets no answer, and the peer seems to be gone. */
    @Test
    void shouldStillKnowACheckFromDataAfterAHandlerChangedTheOrder() {
        List<Integer> received = Collections.synchronizedList(new ArrayList<>());
        ContextConfig handler = ContextConfig.handler(
                payload -> received.add(payload.order(ByteOrder.LITTLE_ENDIAN).getInt()));
        try (LoopbackPair pair = LoopbackPair.connected(handler)) {
            LoopbackPair.awaitNominated(pair.a, pair.b);
            ByteBuffer seven = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
            long begun = System.nanoTime();

            assertEquals(SendStatus.SENT, pair.a.send(seven.putInt(7).flip()));
            Eventually.holds("it is received", () -> received.size() == 1);

            // The next check goes out within seconds.
            Eventually.holds("the peer answers a check", () -> {
                Duration age = pair.a.path().consentAge();
                assertNotNull(age);
                return age.toNanos() < System.nanoTime() - begun;
            });
            assertEquals(List.of(7), received);
        }
    }
}
