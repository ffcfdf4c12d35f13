package dev.culvert.dht;

import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A sender, a receiver and keepers in virtual time: the clock stands until a test moves it, and {@link #settle} does what is
 * due by then. Each can be away, which closes it and leaves its disk. One thread drives it.
 */
final class KeptPeers implements AutoCloseable {
    static final Instant BEGIN = Instant.ofEpochSecond(1_800_000_000);
    static final QueueConfig QUEUE = QueueConfig.builder()
            .pollInterval(Duration.ofMinutes(5), Duration.ofMinutes(20))
            .build();
    private static final Duration STEP = Duration.ofMinutes(10);

    /** A queue is told of an answer by the thread of the keeper, which may be idle before the queue has it. */
    private static final int QUIET_ROUNDS = 3;

    final TestClock clock = TestClock.standingAt(BEGIN);
    final Identity sender = Identity.generate();
    final Identity receiver = Identity.generate();
    final List<String> received = new CopyOnWriteArrayList<>();
    final List<MessageId> expired = new CopyOnWriteArrayList<>();
    final Map<PeerId, Keeper> keepers = new LinkedHashMap<>();
    private final Path directory;
    private final Supplier<Dht> node;
    private final AtomicInteger requests = new AtomicInteger(); // not answered
    private final List<AutoCloseable> openNodes = new ArrayList<>();

    @Nullable
    QueuePeer atSender;

    @Nullable
    QueuePeer atReceiver;

    /**
     * @param network makes a network's nodes, whose values age by the clock
     */
    KeptPeers(Path directory, Function<Clock, Supplier<Dht>> network) {
        this.directory = directory;
        this.node = network.apply(clock);
    }

    QueuePeer openSender() {
        QueuePeer peer = openSenderWithoutKeepers();
        nameKeepers();
        return peer;
    }

    void nameKeepers() {
        QueuePeer peer = atSender;
        if (peer != null && !keepers.isEmpty()) {
            peer.queue.useKeepers(Set.copyOf(keepers.keySet()), this::ask);
        }
    }

    QueuePeer openSenderWithoutKeepers() {
        QueuePeer peer =
                new QueuePeer(sender, SplittingDht.over(node.get()), directory.resolve("sender"), QUEUE, clock);
        peer.queue.onExpired((to, id) -> expired.add(id));
        peer.queue.watch(receiver.peerId());
        atSender = peer;
        return peer;
    }

    private CompletableFuture<Void> ask(PeerId keeper, byte[] request) {
        Keeper open = keepers.get(keeper);
        QueuePeer asking = atSender;
        if (open == null || asking == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("The keeper is away"));
        }
        requests.incrementAndGet();
        return open.request(sender.peerId(), request)
                .thenAccept(answer -> answer.ifPresent(bytes -> asking.queue.keeperAnswered(keeper, bytes)))
                .whenComplete((done, failure) -> requests.decrementAndGet());
    }

    QueuePeer openReceiver() {
        QueuePeer peer =
                new QueuePeer(receiver, SplittingDht.over(node.get()), directory.resolve("receiver"), QUEUE, clock);
        peer.queue.onMessage((from, id, payload) -> {
            received.add(new String(payload, StandardCharsets.UTF_8));
            return CompletableFuture.completedFuture(null);
        });
        peer.queue.watch(sender.peerId());
        atReceiver = peer;
        return peer;
    }

    /** Opens a keeper, or one that is away again, on its disk. */
    Keeper openKeeper(PeerId id, KeeperConfig config) {
        Dht own = node.get();
        openNodes.add(own);
        Keeper keeper = Keeper.open(own, directory.resolve("keeper" + id.toShortString()), config, clock);
        keeper.allow(Set.of(sender.peerId()));
        keepers.put(id, keeper);
        return keeper;
    }

    Keeper openKeeper(PeerId id) {
        return openKeeper(id, KeeperConfig.defaults());
    }

    void closeKeeper(PeerId id) {
        Keeper keeper = keepers.remove(id);
        if (keeper != null) {
            keeper.close();
        }
    }

    void closeSender() {
        if (atSender != null) {
            atSender.close();
            atSender = null;
        }
    }

    void closeReceiver() {
        if (atReceiver != null) {
            atReceiver.close();
            atReceiver = null;
        }
    }

    /** Until nobody has anything to do before the clock moves on. */
    void settle() {
        int quiet = 0;
        for (int round = 0; quiet < QUIET_ROUNDS; round++) {
            if (round > 100_000) {
                throw new AssertionError("they do not come to rest");
            }
            boolean answered = requests.get() == 0;
            List<CompletableFuture<Boolean>> idle = new ArrayList<>();
            keepers.values().forEach(keeper -> idle.add(keeper.idle()));
            for (QueuePeer peer : new QueuePeer[] {atSender, atReceiver}) {
                if (peer != null) {
                    idle.add(peer.queue.idle());
                }
            }
            quiet = idle.stream().allMatch(Eventually::get) && answered ? quiet + 1 : 0;
        }
    }

    /** Lets so much time go by, in steps that leave nothing out that comes after ten minutes or more. */
    void pass(Duration time) {
        Instant end = clock.instant().plus(time);
        while (clock.instant().isBefore(end)) {
            Duration left = Duration.between(clock.instant(), end);
            clock.move(left.compareTo(STEP) < 0 ? left : STEP);
            settle();
        }
    }

    @Override
    public void close() throws Exception {
        closeSender();
        closeReceiver();
        keepers.values().forEach(Keeper::close);
        for (AutoCloseable own : openNodes) {
            own.close();
        }
    }
}
