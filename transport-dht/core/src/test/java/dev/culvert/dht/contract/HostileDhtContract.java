package dev.culvert.dht.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.CandidateDirectory;
import dev.culvert.dht.DelegatingDht;
import dev.culvert.dht.Dht;
import dev.culvert.dht.Eventually;
import dev.culvert.dht.RandomSlots;
import dev.culvert.dht.Slot;
import dev.culvert.dht.WritableSlot;
import dev.culvert.identity.Identity;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/**
 * What strangers put under our key does not keep a reader who verifies from the genuine value, and does not make an
 * engine give out more than a little of it. The strangers know the key and the writer, and all that was ever stored.
 */
public interface HostileDhtContract extends EngineUnderTest {
    /** More than an engine gives out for one slot, whatever is there. */
    int MOST_GIVEN_OUT = 20;

    /** Stores each where the network keeps the values of a slot, as far as it lets a stranger; of any length. */
    void plant(Slot slot, List<byte[]> values) throws Exception;

    /** What the network stores for a value of a writer, in the form that {@link #plant} takes. */
    byte[] stored(WritableSlot slot, long sequence, byte[] value);

    /** How many pieces of junk are planted. */
    int junk();

    @Test
    default void shouldFindTheGenuineRecordAmongWhatStrangersPlanted() throws Exception {
        Identity alice = Identity.generate();
        Identity bob = Identity.generate();
        Eavesdropper overheard = new Eavesdropper(first());
        try (CandidateDirectory ofAlice = CandidateDirectory.open(alice, overheard, Clock.systemUTC());
                CandidateDirectory ofBob = CandidateDirectory.open(bob, second(), Clock.systemUTC())) {
            Eventually.get(patience(), ofAlice.publish(bob.peerId(), new byte[] {1}, TTL));
            Eavesdropper.Put old = overheard.puts.remove();
            WritableSlot slot = old.slot;
            plantForgeries(slot, old);

            Eventually.get(patience(), ofAlice.publish(bob.peerId(), new byte[] {2}, TTL));
            byte[] genuine = overheard.puts.remove().value;
            // Stored again after the newer one, and between the two.
            plantForgeries(slot, old);

            Queue<byte[]> heard = new ConcurrentLinkedQueue<>();
            try (Dht.Subscription listening = second().listen(slot.slot(), Duration.ofMillis(50), heard::add)) {
                assertNotNull(listening);
                List<byte[]> found = Eventually.get(patience(), second().get(slot.slot()));
                assertTrue(found.size() <= MOST_GIVEN_OUT, found.size() + " values");
                assertArrayEquals(
                        new byte[] {2},
                        Eventually.get(patience(), ofBob.lookup(alice.peerId()))
                                .orElseThrow()
                                .payload());
                Eventually.isTrue(
                        "the listener hears the genuine one",
                        () -> heard.stream().anyMatch(value -> Arrays.equals(genuine, value)));
                assertTrue(heard.size() <= MOST_GIVEN_OUT, heard.size() + " values heard");
            }
        }
    }

    private void plantForgeries(WritableSlot slot, Eavesdropper.Put old) throws Exception {
        int limit = first().capabilities().maxValueBytes();
        List<byte[]> planted = new ArrayList<>();
        planted.add(stored(slot, old.sequence, old.value));
        byte[] forged = stored(slot, Long.MAX_VALUE, old.value);
        forged[forged.length - 1] ^= 1;
        planted.add(forged);
        WritableSlot stranger = RandomSlots.underKey(slot.slot().key());
        planted.add(stored(stranger, Long.MAX_VALUE, new byte[] {9}));
        planted.add(new byte[limit + 1]);
        for (int i = 0; i < junk(); i++) {
            planted.add(RandomSlots.bytes(1 + i * 7 % 600));
        }
        plant(slot.slot(), planted);
    }

    /** Remembers what is put through it. */
    final class Eavesdropper extends DelegatingDht {
        private final Queue<Put> puts = new ConcurrentLinkedQueue<>();

        private record Put(WritableSlot slot, long sequence, byte[] value) {}

        private Eavesdropper(Dht dht) {
            super(dht);
        }

        @Override
        public CompletableFuture<Integer> put(WritableSlot slot, long sequence, byte[] value, Duration ttl) {
            puts.add(new Put(slot, sequence, value.clone()));
            return super.put(slot, sequence, value, ttl);
        }
    }
}
