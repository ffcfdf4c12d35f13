package dev.culvert.dht.memory;

import dev.culvert.dht.Dht;
import dev.culvert.dht.DhtCapabilities;
import dev.culvert.dht.EngineThread;
import dev.culvert.dht.PendingFutures;
import dev.culvert.dht.PollSchedule;
import dev.culvert.dht.PollingListener;
import dev.culvert.dht.Slot;
import dev.culvert.dht.WritableSlot;
import dev.culvert.transport.MessageTooLargeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * A node of a {@link MemoryNetwork}: the engine for one process. Every operation runs and completes on its thread
 * {@code culvert-dht-memory}, which ends with {@link #close}. A put proves that it may write by holding the slot's
 * private key, which takes the place of a signature.
 */
public final class MemoryDht implements Dht {
    private static final String NAME = "memory";

    /** As an OpenDHT node takes them. */
    private static final int DEFAULT_MAX_VALUE = 65_000;

    /** What Mainline's 1000 bencoded bytes leave for a value. */
    private static final int MAINLINE_MAX_VALUE = 996;

    private final MemoryNetwork network;
    private final DhtCapabilities capabilities;
    private final EngineThread thread = new EngineThread("culvert-dht-memory");
    private final PollSchedule schedule = new PollSchedule(RandomGenerator.of("L64X128MixRandom"));
    private final PendingFutures pending = new PendingFutures("This node of the memory network");

    private MemoryDht(MemoryNetwork network, DhtCapabilities capabilities) {
        this.network = network;
        this.capabilities = capabilities;
    }

    /** A node that takes values of up to 65 000 bytes and keeps them for up to 7 days. */
    public static MemoryDht join(MemoryNetwork network) {
        return join(network, DEFAULT_MAX_VALUE, Duration.ofDays(7));
    }

    /** A node with the limits of Mainline: values of up to 996 bytes, kept for up to 2 hours. */
    public static MemoryDht joinLikeMainline(MemoryNetwork network) {
        return join(network, MAINLINE_MAX_VALUE, Duration.ofHours(2));
    }

    /**
     * A node with limits of one's own.
     *
     * @param maxValueBytes the largest value it takes
     * @param maxTtl the longest it keeps one
     */
    public static MemoryDht join(MemoryNetwork network, int maxValueBytes, Duration maxTtl) {
        return new MemoryDht(network, new DhtCapabilities(NAME, maxValueBytes, maxTtl, true, false, true));
    }

    @Override
    public DhtCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public CompletableFuture<Void> bootstrap() {
        return submit(() -> null);
    }

    @Override
    public CompletableFuture<Integer> put(WritableSlot slot, long sequence, byte[] value, Duration ttl) {
        if (value.length > capabilities.maxValueBytes()) {
            return CompletableFuture.failedFuture(new MessageTooLargeException(
                    value.length, capabilities.maxValueBytes(), "a value of the " + NAME + " engine"));
        }
        byte[] copy = value.clone();
        Duration life = ttl.compareTo(capabilities.maxTtl()) < 0 ? ttl : capabilities.maxTtl();
        return submit(() -> {
            requireWriter(slot);
            network.put(slot.slot(), sequence, copy, life);
            return 1;
        });
    }

    @Override
    public CompletableFuture<List<byte[]>> get(Slot slot) {
        return submit(() -> network.get(slot).stream().toList());
    }

    @Override
    public CompletableFuture<Boolean> remove(WritableSlot slot) {
        return submit(() -> {
            requireWriter(slot);
            return network.remove(slot.slot());
        });
    }

    private static void requireWriter(WritableSlot slot) {
        if (!Arrays.equals(slot.slot().writer(), slot.writer().publicKey())) {
            throw new IllegalArgumentException("The key given for " + slot.slot() + " may not write there");
        }
    }

    @Override
    public Subscription listen(Slot slot, Duration interval, Consumer<byte[]> listener) {
        return PollingListener.start(slot, interval, listener, this::get, thread, schedule);
    }

    private <T> CompletableFuture<T> submit(Supplier<T> operation) {
        CompletableFuture<T> result = pending.create();
        boolean accepted = thread.execute(() -> {
            try {
                result.complete(operation.get());
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        if (!accepted) {
            pending.close();
        }
        return result;
    }

    @Override
    public void close() {
        thread.close();
        pending.close();
    }
}
