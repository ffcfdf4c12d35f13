package dev.culvert.dht.memory;

import dev.culvert.dht.Slot;
import dev.culvert.transport.TransportException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * The table that all {@link MemoryDht} nodes of one process share. It can lose a share of the puts and gets, as a real
 * network does. Safe for any thread; no thread of its own; gone with the last reference.
 */
public final class MemoryNetwork {
    /** Values held when nothing else is said. */
    public static final int DEFAULT_MAX_VALUES = 100_000;

    private final Clock clock;
    private final int maxValues;
    private final Map<Slot, StoredValue> table = new HashMap<>(); // guarded by this
    private final RandomGenerator random; // guarded by this
    private double putLoss; // guarded by this
    private double getLoss; // guarded by this

    /** A network on the system's clock. */
    public MemoryNetwork() {
        this(Clock.systemUTC());
    }

    /** A network whose values age by the given clock. */
    public MemoryNetwork(Clock clock) {
        this(clock, DEFAULT_MAX_VALUES, 1);
    }

    /**
     * A network with all settings.
     *
     * @param maxValues a put of one more fails
     * @param seed of the random source that decides what is lost
     */
    public MemoryNetwork(Clock clock, int maxValues, long seed) {
        this.clock = clock;
        this.maxValues = maxValues;
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /**
     * From now on puts fail with this probability.
     *
     * @param share 0 to 1
     */
    public synchronized void losePuts(double share) {
        putLoss = share;
    }

    /**
     * From now on gets find nothing with this probability.
     *
     * @param share 0 to 1
     */
    public synchronized void loseGets(double share) {
        getLoss = share;
    }

    /** A copy of all that is stored now. */
    public synchronized List<StoredValue> snapshot() {
        forgetExpired(clock.instant());
        return List.copyOf(table.values());
    }

    synchronized void put(Slot slot, long sequence, byte[] value, Duration ttl) {
        Instant now = clock.instant();
        if (random.nextDouble() < putLoss) {
            throw new TransportException("No node of the memory network stored the value: it was told to lose puts");
        }
        StoredValue old = live(slot, now);
        boolean refresh = old != null && old.sequence() == sequence && Arrays.equals(old.value(), value);
        if (old != null && old.sequence() >= sequence && !refresh) {
            throw new TransportException("The slot holds sequence number " + old.sequence()
                    + " already; put a value with a larger one than " + sequence);
        }
        if (old == null && table.size() >= maxValues) {
            forgetExpired(now);
            if (table.size() >= maxValues) {
                throw new TransportException(
                        "The memory network holds " + maxValues + " values, its limit; remove some first");
            }
        }
        table.put(slot, new StoredValue(slot, sequence, value, now.plus(ttl)));
    }

    synchronized Optional<byte[]> get(Slot slot) {
        if (random.nextDouble() < getLoss) {
            return Optional.empty();
        }
        return Optional.ofNullable(live(slot, clock.instant()))
                .map(stored -> stored.value().clone());
    }

    synchronized boolean remove(Slot slot) {
        return table.remove(slot) != null;
    }

    private @Nullable StoredValue live(Slot slot, Instant now) {
        StoredValue stored = table.get(slot);
        return stored != null && stored.expiry().isAfter(now) ? stored : null;
    }

    private void forgetExpired(Instant now) {
        table.values().removeIf(stored -> !stored.expiry().isAfter(now));
    }
}
