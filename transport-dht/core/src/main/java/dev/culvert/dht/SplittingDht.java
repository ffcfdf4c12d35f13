package dev.culvert.dht;

import dev.culvert.transport.MessageTooLargeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives an engine room for values that are larger than it takes: they are put in parts, and joined again by whoever looks
 * them up through one of these, too. What fits goes as it is. Parts are put before what names them, and each is checked for
 * itself ({@link SplitHead}).
 *
 * <p>Owns the engine. Calls come from any thread, futures complete on the engine's threads. Its own thread,
 * {@code culvert-dht-split}, is there once a listener has met a value whose parts are not all found yet.
 */
public final class SplittingDht implements Dht {
    /** A queued message of 256 KiB with all that is put around it. */
    public static final int DEFAULT_MAX_VALUE = (256 << 10) + 4_096;

    private static final Logger LOG = LoggerFactory.getLogger(SplittingDht.class);

    /** Parts of one value that are asked for or put at the same time. */
    private static final int WIDTH = 16;

    /** An engine returns one value for each writer, and of ours there is one; more heads are somebody's noise. */
    private static final int MAX_HEADS = 4;

    /** A listener's engine tells of each value once, so we look for missing parts ourselves. */
    private static final int MORE_LOOKS = 5;

    private final Dht engine;
    private final int limit;
    private final DhtCapabilities capabilities;
    private final EventCounters<SplitEvent> events = new EventCounters<>(SplitEvent.class);
    private final EngineThread thread = new EngineThread("culvert-dht-split");

    private SplittingDht(Dht engine, int maxValueBytes) {
        this.engine = engine;
        DhtCapabilities of = engine.capabilities();
        this.limit = of.maxValueBytes();
        this.capabilities = new DhtCapabilities(
                of.engine(), maxValueBytes, of.maxTtl(), of.manyWriters(), of.push(), of.hidesAddress());
    }

    /** The engine with room for queued messages of any size; itself if it has that already. */
    public static Dht over(Dht engine) {
        return over(engine, DEFAULT_MAX_VALUE);
    }

    /**
     * The engine with room for larger values; itself if it has that already.
     *
     * @param maxValueBytes the largest value to take, and to join
     * @throws IllegalArgumentException if the engine takes so little that a part would hardly hold more than its signature
     */
    public static Dht over(Dht engine, int maxValueBytes) {
        int takes = engine.capabilities().maxValueBytes();
        if (takes >= maxValueBytes) {
            return engine;
        }
        if (takes < SplitHead.LEAST_PART_BYTES + SplitHead.OVERHEAD) {
            throw new IllegalArgumentException("An engine for values of " + takes + " bytes can not hold parts; "
                    + (SplitHead.LEAST_PART_BYTES + SplitHead.OVERHEAD) + " are needed");
        }
        return new SplittingDht(engine, maxValueBytes);
    }

    @Override
    public DhtCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public CompletableFuture<Void> bootstrap() {
        return engine.bootstrap();
    }

    @Override
    public CompletableFuture<Integer> put(WritableSlot slot, long sequence, byte[] value, Duration ttl) {
        if (value.length > capabilities.maxValueBytes()) {
            return CompletableFuture.failedFuture(new MessageTooLargeException(
                    value.length, capabilities.maxValueBytes(), "a value in parts on " + capabilities.engine()));
        }
        if (!isSplit(value)) {
            return engine.put(slot, sequence, value, ttl);
        }
        events.count(SplitEvent.SPLIT);
        byte[] copy = value.clone();
        SplitHead head = SplitHead.of(slot.slot(), sequence, copy, limit);
        return InParallel.all(
                        head.parts(),
                        WIDTH,
                        i -> engine.put(partSlot(head, slot, i), sequence, head.encodePart(slot, copy, i), ttl))
                .thenCompose(replicas -> engine.put(slot, sequence, head.encode(slot), ttl)
                        .thenApply(ofHead -> replicas.stream().reduce(ofHead, Math::min)));
    }

    /** What a put of this value leaves in the slot itself: the value, or the head of its parts. */
    static byte[] inSlot(Dht dht, WritableSlot slot, long sequence, byte[] value) {
        return dht instanceof SplittingDht splitting && splitting.isSplit(value)
                ? SplitHead.of(slot.slot(), sequence, value, splitting.limit).encode(slot)
                : value;
    }

    private boolean isSplit(byte[] value) {
        return value.length > limit || SplitHead.isHead(value);
    }

    private static WritableSlot partSlot(SplitHead head, WritableSlot slot, int index) {
        return new WritableSlot(new Slot(head.partKey(index), slot.slot().writer()), slot.writer());
    }

    @Override
    public CompletableFuture<List<byte[]>> get(Slot slot) {
        return engine.get(slot).thenCompose(values -> join(slot, values));
    }

    /** All values in their order, those in parts joined; fails if all are in parts and the engine fails for each. */
    private CompletableFuture<List<byte[]>> join(Slot slot, List<byte[]> values) {
        List<CompletableFuture<List<byte[]>>> whole = new ArrayList<>();
        int heads = 0;
        for (byte[] value : values) {
            if (!SplitHead.isHead(value)) {
                whole.add(CompletableFuture.completedFuture(List.of(value)));
            } else if (heads == MAX_HEADS) {
                events.count(SplitEvent.SURPLUS);
            } else {
                heads++;
                whole.add(read(slot, value)
                        .map(head -> join(slot, head)
                                .thenApply(joined -> joined.stream().toList()))
                        .orElseGet(() -> CompletableFuture.completedFuture(List.of())));
            }
        }
        return Gather.all(whole);
    }

    private Optional<SplitHead> read(Slot slot, byte[] value) {
        Optional<SplitHead> head = SplitHead.read(slot, value, capabilities.maxValueBytes(), limit);
        if (head.isEmpty()) {
            events.count(SplitEvent.BAD_HEAD);
        }
        return head;
    }

    /** A value from its parts; empty if one of them is not there. */
    private CompletableFuture<Optional<byte[]>> join(Slot slot, SplitHead head) {
        return InParallel.all(
                        head.parts(),
                        WIDTH,
                        i -> engine.get(new Slot(head.partKey(i), slot.writer()))
                                .thenApply(found -> part(head, i, found)))
                .thenApply(parts -> {
                    events.count(SplitEvent.JOINED);
                    return Optional.of(head.join(parts));
                })
                .exceptionally(this::notJoined);
    }

    private Optional<byte[]> notJoined(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        if (cause instanceof MissingPartException) {
            events.count(SplitEvent.INCOMPLETE);
            return Optional.empty();
        }
        throw new CompletionException(cause);
    }

    /** Ends a join: the others are not looked for. */
    private static final class MissingPartException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        MissingPartException() {
            super("a part is missing", null, false, false);
        }
    }

    private byte[] part(SplitHead head, int index, List<byte[]> found) {
        return head.readPart(index, found).orElseThrow(() -> {
            if (!found.isEmpty()) {
                events.count(SplitEvent.BAD_PART);
            }
            return new MissingPartException();
        });
    }

    /** The parts go first: without them the head says nothing. */
    @Override
    public CompletableFuture<Boolean> remove(WritableSlot slot) {
        return engine.get(slot.slot())
                .thenCompose(values -> {
                    List<SplitHead> heads = values.stream()
                            .filter(SplitHead::isHead)
                            .limit(MAX_HEADS)
                            .flatMap(value -> read(slot.slot(), value).stream())
                            .toList();
                    return InParallel.all(heads.size(), 1, i -> removeParts(heads.get(i), slot));
                })
                .exceptionally(failure -> List.of()) // they end by themselves
                .thenCompose(removed -> engine.remove(slot));
    }

    private CompletableFuture<List<Boolean>> removeParts(SplitHead head, WritableSlot slot) {
        return InParallel.all(head.parts(), WIDTH, i -> engine.remove(partSlot(head, slot, i)));
    }

    @Override
    public Subscription listen(Slot slot, Duration interval, Consumer<byte[]> listener) {
        Joining joining = new Joining(slot, interval, listener);
        Subscription subscription = engine.listen(slot, interval, joining::found);
        return () -> {
            joining.closed = true;
            subscription.close();
        };
    }

    /** A subscription whose values may be in parts. */
    private final class Joining {
        private final Slot slot;
        private final Duration interval;
        private final Consumer<byte[]> listener;
        private volatile boolean closed;

        Joining(Slot slot, Duration interval, Consumer<byte[]> listener) {
            this.slot = slot;
            this.interval = interval;
            this.listener = listener;
        }

        void found(byte[] value) {
            if (SplitHead.isHead(value)) {
                read(slot, value).ifPresent(head -> look(head, MORE_LOOKS));
            } else {
                listener.accept(value); // what it throws is the engine's to log
            }
        }

        private void look(SplitHead head, int more) {
            if (closed) {
                return;
            }
            CompletableFuture<?> unused = join(slot, head).whenComplete((whole, failure) -> {
                if (whole != null && whole.isPresent()) {
                    passOn(whole.get());
                } else if (more > 0) {
                    lookLater(head, more - 1);
                } else {
                    LOG.debug("Gave up joining a value of {}: not all parts are there", slot);
                }
            });
        }

        private void lookLater(SplitHead head, int more) {
            Object unused = thread.schedule(() -> look(head, more), interval);
        }

        private void passOn(byte[] whole) {
            if (closed) {
                return;
            }
            try {
                listener.accept(whole);
            } catch (RuntimeException e) {
                LOG.warn("A listener of {} failed", slot, e);
            }
        }
    }

    /** What was split, joined and dropped. */
    public Map<SplitEvent, Long> counters() {
        return events.snapshot();
    }

    @Override
    public void close() {
        thread.close();
        engine.close();
    }
}
