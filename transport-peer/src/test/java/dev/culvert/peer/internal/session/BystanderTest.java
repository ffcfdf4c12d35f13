package dev.culvert.peer.internal.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.identity.Identity;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** While others are attacked on the same event loops, a session goes on as if nothing were: all arrives, nobody doubts. */
@Timeout(90)
class BystanderTest {
    private static final int MESSAGES = 300;

    private final TwoSessions bystander = new TwoSessions();
    private final Random random = new Random(5);

    @BeforeEach
    void connect() throws Exception {
        bystander.client.open();
        bystander.server.open();
        bystander.start();
        bystander.client.awaitUp();
        bystander.server.awaitUp();
    }

    @AfterEach
    void end() {
        bystander.close();
    }

    /** Messages both ways, one in between each two steps of the attack. */
    private void exchangeBeside(Attack attack) throws Exception {
        byte[][] sent = new byte[MESSAGES][];
        for (int i = 0; i < MESSAGES; i++) {
            attack.step(i);
            sent[i] = new byte[random.nextInt(20_000)];
            random.nextBytes(sent[i]);
            var unused = bystander.client.send(sent[i]);
            var unused2 = bystander.server.send(sent[i]);
        }
        for (byte[] message : sent) {
            assertArrayEquals(message, bystander.server.take().payload());
            assertArrayEquals(message, bystander.client.take().payload());
            var unused = bystander.client.takeDelivered();
            var unused2 = bystander.server.takeDelivered();
        }
        assertFalse(bystander.client.down.isDone() || bystander.server.down.isDone());
        assertEquals(0, bystander.client.doubts.get() + bystander.server.doubts.get());
    }

    /** What happens to others meanwhile. */
    @FunctionalInterface
    private interface Attack {
        void step(int number) throws Exception;
    }

    @Test
    void shouldNotMindForgedPacketsToAnother() throws Exception {
        int perStep = 100_000 / MESSAGES + 1;
        ForgedPackets forge = new ForgedPackets(6);
        try (TwoSessions attacked = bystander.beside()) {
            attacked.client.records = true;
            attacked.client.open();
            attacked.server.open();
            attacked.start();
            attacked.client.awaitUp();
            attacked.server.awaitUp();
            List<byte[]> recorded = List.copyOf(attacked.client.recorded);
            exchangeBeside(number -> {
                for (int i = 0; i < perStep; i++) {
                    attacked.server.receive(forge.any(attacked, recorded));
                }
            });
            assertEquals(0, attacked.server.arrived.size());
            assertFalse(attacked.server.down.isDone());
        }
    }

    @Test
    void shouldNotMindStrangersThatKnockAtAnother() throws Exception {
        try (Identity stranger = Identity.generate()) {
            exchangeBeside(number -> {
                if (number % 10 == 0) {
                    try (TwoSessions attacked = bystander.beside()) {
                        attacked.server.expects = stranger;
                        attacked.client.open();
                        attacked.server.open();
                        attacked.start();
                        assertTrue(
                                attacked.server.down.get(20, TimeUnit.SECONDS).startsWith("the handshake failed"));
                        assertEquals(1, attacked.server.counters.wrongCertificate.sum());
                        assertEquals(0, attacked.server.tls.engines());
                    }
                }
            });
        }
    }

    @Test
    void shouldNotMindASessionShownAgainToAnother() throws Exception {
        List<byte[]> recorded;
        byte[] firstId;
        try (TwoSessions earlier = bystander.beside()) {
            earlier.client.records = true;
            earlier.client.open();
            earlier.server.open();
            earlier.start();
            var unused = earlier.client.send(new byte[50_000]);
            var unused2 = earlier.server.take();
            recorded = List.copyOf(earlier.client.recorded);
            firstId = earlier.firstId;
        }
        exchangeBeside(number -> {
            if (number % 10 == 0) {
                TwoSessions.Fresh fresh = bystander.server.fresh(number % 20 == 0 ? firstId : TwoSessions.randomId());
                recorded.forEach(fresh::receive);
                bystander.server.run(() -> {}); // takes them
                bystander.server.run(() -> {});
                assertEquals(List.of(), List.copyOf(fresh.told));
                bystander.server.run(fresh::close);
            }
        });
        assertEquals(1, bystander.server.tls.engines());
    }
}
