package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.Tier;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** No UDP at all on either side, and later there is. */
@Timeout(180)
class QueuedDeliveryTest {
    private static final Duration QUEUED_WITHIN = Duration.ofSeconds(10);
    private static final Duration DELIVERED_WITHIN = Duration.ofMinutes(1);

    @RegisterExtension
    static final NatLabExtension LAB = NatLabExtension.of(NatKind.DROP, NatKind.DROP);

    @TempDir
    Path directory;

    @Test
    void shouldQueueWhenBothSidesAreBlockedAndDeliverLater() {
        try (Messengers peers = Messengers.start(LAB.lab(), directory)) {
            peers.open(Messengers.STUN, Messengers.STUN);

            LabMessenger.Sent sent = Messengers.sendOne(peers.a(), peers.b(), 7, Duration.ofSeconds(30));

            assertEquals(Tier.QUEUED, sent.tier());
            assertTrue(sent.elapsed().compareTo(QUEUED_WITHIN) < 0, "queued after " + sent.elapsed());
            assertEquals(0, peers.b().received().size());

            LAB.lab().nat(Side.A, NatKind.PORT);
            LAB.lab().nat(Side.B, NatKind.PORT);
            long since = System.nanoTime();
            peers.b()
                    .await(
                            "the message",
                            DELIVERED_WITHIN,
                            () -> !peers.b().received().isEmpty());

            LabMessenger.Received received = peers.b().received().get(0);
            assertEquals(7, received.number());
            assertEquals(Tier.QUEUED, received.tier());
            System.out.printf(
                    "queued after %d ms, delivered %d ms after both sides could send%n",
                    sent.elapsed().toMillis(),
                    Duration.ofNanos(received.nanos() - since).toMillis());
        }
    }
}
