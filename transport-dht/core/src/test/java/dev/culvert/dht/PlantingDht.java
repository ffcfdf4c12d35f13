package dev.culvert.dht;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * An engine under whose keys strangers have put values, too: those planted for a slot come before the real ones; and which
 * can keep slots to itself.
 */
final class PlantingDht extends DelegatingDht {
    private final Map<Slot, List<byte[]>> planted = new HashMap<>(); // guarded by this
    private final Set<Slot> hidden = new HashSet<>(); // guarded by this

    PlantingDht(Dht dht) {
        super(dht);
    }

    /** From now on nothing is found in these. */
    synchronized void hide(Collection<Slot> slots) {
        hidden.addAll(slots);
    }

    synchronized void showAll() {
        hidden.clear();
    }

    synchronized void plant(Slot slot, byte[] value) {
        planted.computeIfAbsent(slot, added -> new ArrayList<>()).add(value);
    }

    private synchronized List<byte[]> with(Slot slot, List<byte[]> real) {
        if (hidden.contains(slot)) {
            return List.of();
        }
        List<byte[]> all = new ArrayList<>(planted.getOrDefault(slot, List.of()));
        all.addAll(real);
        return all;
    }

    @Override
    public CompletableFuture<List<byte[]>> get(Slot slot) {
        return super.get(slot).thenApply(real -> with(slot, real));
    }
}
