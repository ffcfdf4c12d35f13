package dev.culvert.dht.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.Slot;
import dev.culvert.dht.WritableSlot;
import dev.culvert.identity.SigningKey;
import dev.culvert.transport.TransportException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class MemoryNetworkTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);

    private static WritableSlot slot(int n) {
        byte[] key = new byte[Slot.KEY_LENGTH];
        key[0] = (byte) n;
        return WritableSlot.of(key, SigningKey.generate(new SecureRandom()));
    }

    @Test
    void shouldForgetAValueWhenItsTimeIsOver() {
        MemoryNetwork network = new MemoryNetwork(clock);
        Slot slot = slot(1).slot();
        network.put(slot, 1, new byte[] {1}, MINUTE);
        now.set(Instant.EPOCH.plus(MINUTE).minusMillis(1));
        assertTrue(network.get(slot).isPresent());

        now.set(Instant.EPOCH.plus(MINUTE));

        assertTrue(network.get(slot).isEmpty());
        assertEquals(0, network.snapshot().size());
    }

    @Test
    void shouldKeepTheNewerValueAndTellTheWriterOfTheOlder() {
        MemoryNetwork network = new MemoryNetwork(clock);
        Slot slot = slot(1).slot();
        network.put(slot, 5, new byte[] {5}, MINUTE);

        assertThrows(TransportException.class, () -> network.put(slot, 4, new byte[] {4}, MINUTE));
        assertThrows(TransportException.class, () -> network.put(slot, 5, new byte[] {6}, MINUTE));

        assertArrayEquals(new byte[] {5}, network.get(slot).orElseThrow());
    }

    @Test
    void shouldLiveLongerWhenTheSameValueIsPutAgain() {
        MemoryNetwork network = new MemoryNetwork(clock);
        Slot slot = slot(1).slot();
        network.put(slot, 5, new byte[] {5}, MINUTE);
        now.set(Instant.EPOCH.plusSeconds(50));
        network.put(slot, 5, new byte[] {5}, MINUTE);

        now.set(Instant.EPOCH.plusSeconds(100));

        assertTrue(network.get(slot).isPresent());
    }

    @Test
    void shouldTakeNoMoreThanItsLimitUntilSomethingExpires() {
        MemoryNetwork network = new MemoryNetwork(clock, 2, 1);
        network.put(slot(1).slot(), 1, new byte[1], MINUTE);
        network.put(slot(2).slot(), 1, new byte[1], MINUTE.multipliedBy(2));
        assertThrows(TransportException.class, () -> network.put(slot(3).slot(), 1, new byte[1], MINUTE));

        now.set(Instant.EPOCH.plus(MINUTE));
        network.put(slot(3).slot(), 1, new byte[1], MINUTE);

        assertEquals(2, network.snapshot().size());
    }

    @Test
    void shouldLoseAboutTheShareItIsToldToLose() {
        MemoryNetwork network = new MemoryNetwork(clock, 10_000, 42);
        network.losePuts(0.3);
        int lost = 0;
        Slot last = slot(0).slot();
        for (int i = 0; i < 1000; i++) {
            try {
                network.put(last, i + 1, new byte[1], MINUTE);
            } catch (TransportException e) {
                lost++;
            }
        }
        assertTrue(lost > 230 && lost < 370, "lost puts: " + lost);

        network.losePuts(0);
        network.put(last, 2000, new byte[1], MINUTE);
        network.loseGets(1);
        assertTrue(network.get(last).isEmpty());
        network.loseGets(0);
        assertTrue(network.get(last).isPresent());
    }

    @Test
    void shouldNotLetAnotherKeyWrite() {
        MemoryNetwork network = new MemoryNetwork(clock);
        WritableSlot foreign = new WritableSlot(slot(1).slot(), SigningKey.generate(new SecureRandom()));
        try (MemoryDht dht = MemoryDht.join(network)) {
            CompletionException failure = assertThrows(
                    CompletionException.class,
                    () -> dht.put(foreign, 1, new byte[1], MINUTE).join());
            assertInstanceOf(IllegalArgumentException.class, failure.getCause());
            assertThrows(CompletionException.class, () -> dht.remove(foreign).join());
        }
        assertEquals(0, network.snapshot().size());
    }
}
