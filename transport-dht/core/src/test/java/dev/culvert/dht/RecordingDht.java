package dev.culvert.dht;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** An engine that notes what is put and which slots are looked up. */
final class RecordingDht extends DelegatingDht {
    final List<Put> puts = new CopyOnWriteArrayList<>();
    final List<Slot> gets = new CopyOnWriteArrayList<>();

    record Put(Slot slot, byte[] value) {}

    RecordingDht(Dht dht) {
        super(dht);
    }

    long getsOf(Slot slot) {
        return gets.stream().filter(slot::equals).count();
    }

    /** The second byte of each record that was put there, in order: how it was sealed. */
    List<Integer> suitesIn(Slot slot) {
        return puts.stream()
                .filter(put -> put.slot().equals(slot))
                .map(put -> (int) put.value()[1])
                .toList();
    }

    @Override
    public CompletableFuture<Integer> put(WritableSlot slot, long sequence, byte[] value, Duration ttl) {
        puts.add(new Put(slot.slot(), value.clone()));
        return super.put(slot, sequence, value, ttl);
    }

    @Override
    public CompletableFuture<List<byte[]>> get(Slot slot) {
        gets.add(slot);
        return super.get(slot);
    }
}
