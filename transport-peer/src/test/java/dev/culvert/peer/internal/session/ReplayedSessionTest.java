package dev.culvert.peer.internal.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Somebody recorded a whole session and plays it to the same people again: it is worth nothing. */
@Timeout(60)
class ReplayedSessionTest {
    private static final int MESSAGES = 20;

    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,true", "false,false"})
    void shouldNotComeUpByARecording(boolean client, boolean sameFirstId) throws Exception {
        try (TwoSessions two = TwoSessions.open()) {
            two.client.records = true;
            two.server.records = true;
            two.start();
            for (int i = 0; i < MESSAGES; i++) {
                var unused = two.client.send(new byte[3_000]);
                var unused2 = two.server.send(new byte[3_000]);
            }
            for (int i = 0; i < MESSAGES; i++) {
                var unused = two.client.take();
                var unused2 = two.server.take();
                var unused3 = two.client.takeDelivered();
                var unused4 = two.server.takeDelivered();
            }
            TwoSessions.End end = client ? two.client : two.server;
            List<byte[]> recorded = List.copyOf(end.other().recorded);
            assertTrue(recorded.size() > MESSAGES, recorded.size() + " datagrams");

            long foreign = end.counters.foreign.sum();
            TwoSessions.Fresh fresh = end.fresh(sameFirstId ? two.firstId : TwoSessions.randomId());
            for (int round = 0; round < 2; round++) {
                for (byte[] datagram : recorded) {
                    fresh.receive(datagram);
                }
                end.run(() -> {}); // takes them
            }
            end.run(() -> {});
            assertEquals(List.of(), List.copyOf(fresh.told));
            assertTrue(end.tls.engines() <= 2, end.tls.engines() + " engines");
            if (!client && !sameFirstId) {
                assertEquals(1, end.tls.engines()); // that of the first session: nothing was begun for any of these
                assertTrue(end.counters.foreign.sum() > foreign);
            }
            end.run(fresh::close);
            assertEquals(1, end.tls.engines());
            assertFalse(two.client.down.isDone() || two.server.down.isDone());
        }
    }
}
