package dev.culvert.dht;

import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A process whose disk is a file system of two megabytes, gets full, is read-only for a while and has room again. Ends with 0 if
 * all was as it should be. Arguments: what to try, and the directory, which is the root of that file system.
 */
final class SmallDisk {
    private static final int MESSAGE_BYTES = 20_000;
    private static final int MOST = 1_000;

    private final Path disk;
    private final Identity self = Identity.generate();
    private final PeerId peer = Identity.generate().peerId();
    private final MemoryNetwork network = new MemoryNetwork();

    private SmallDisk(Path disk) {
        this.disk = disk;
    }

    public static void main(String[] words) throws Exception {
        SmallDisk test = new SmallDisk(Path.of(words[1]));
        switch (words[0]) {
            case "full" -> test.queueOnFullDisk();
            case "read-only" -> test.openOnReadOnlyDisk();
            case "keeper" -> test.keeperOnFullDisk();
            case "handlers" -> test.handlersOnFullDisk();
            default -> throw new IllegalArgumentException(words[0]);
        }
        System.out.println("fine");
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    private void mount(String options) throws IOException, InterruptedException {
        int status = new ProcessBuilder("mount", "-o", "remount," + options, disk.toString())
                .inheritIO()
                .start()
                .waitFor();
        check(status == 0, "mount -o remount," + options);
    }

    private static Throwable failureOf(CompletableFuture<?> future) {
        return future.handle((done, failure) -> failure).join();
    }

    private int fillTheQueue(MessageQueue queue) {
        for (int taken = 0; taken < MOST; taken++) {
            Throwable failure = failureOf(queue.enqueue(peer, MessageId.random(), new byte[MESSAGE_BYTES]));
            if (failure != null) {
                check(failure instanceof StoreUnreadableException, "not said that the disk failed: " + failure);
                return taken;
            }
        }
        throw new AssertionError("this disk does not get full");
    }

    private void queueOnFullDisk() throws Exception {
        int taken;
        try (Dht dht = MemoryDht.join(network);
                MessageStore store = MessageStore.open(disk.resolve("store"));
                MessageQueue queue = MessageQueue.open(self, dht, store, QueuePeer.QUICK, Clock.systemUTC())) {
            taken = fillTheQueue(queue);
            check(taken > 10, "full after " + taken);
            check(fillTheQueue(queue) <= 1, "it has room after all");
            check(queue.outstanding(peer).join() >= taken, "forgot what it took");

            mount("size=8m");
            check(failureOf(queue.enqueue(peer, MessageId.random(), new byte[MESSAGE_BYTES])) == null, "still full");
            taken = queue.outstanding(peer).join();
        }
        try (MessageStore store = MessageStore.open(disk.resolve("store"))) {
            OutboxState state = store.outboxes().get(peer);
            check(state != null && state.size() == taken, "on disk is " + state + " instead of " + taken);
            for (long ordinal = state.head(); ordinal < state.tail(); ordinal++) {
                check(
                        store.outgoing(peer, ordinal).orElseThrow().payload().length == MESSAGE_BYTES,
                        "message " + ordinal);
            }
        }
    }

    private void openOnReadOnlyDisk() throws Exception {
        MessageStore.open(disk.resolve("old")).close();
        byte[] before = Files.readAllBytes(disk.resolve("old").resolve(MessageStore.FILE_NAME));
        mount("ro");
        for (String name : List.of("old", "new")) {
            try {
                MessageStore.open(disk.resolve(name)).close();
                throw new AssertionError("opened on a disk that can not be written");
            } catch (StoreUnreadableException e) {
                check(String.valueOf(e.getMessage()).contains(name), e.getMessage() + " does not name " + name);
            }
        }
        byte[] after = Files.readAllBytes(disk.resolve("old").resolve(MessageStore.FILE_NAME));
        check(Arrays.equals(before, after), "changed a file that could not be used");
        mount("rw");
        MessageStore.open(disk.resolve("old")).close();
        MessageStore.open(disk.resolve("new")).close();
    }

    private void keeperOnFullDisk() throws Exception {
        Path directory = disk.resolve("keeper");
        int kept = 0;
        try (Dht dht = MemoryDht.join(network)) {
            try (Keeper keeper = Keeper.open(dht, directory, KeeperConfig.defaults(), Clock.systemUTC())) {
                keeper.allow(List.of(self.peerId()));
                KeeperVerdict verdict = KeeperVerdict.KEPT;
                while (verdict == KeeperVerdict.KEPT && kept < MOST) {
                    verdict = ask(keeper, kept);
                    kept += verdict == KeeperVerdict.KEPT ? 1 : 0;
                }
                check(verdict == KeeperVerdict.DISK_FAILED, "said " + verdict + " after " + kept);
                check(
                        keeper.held().join().records() == kept,
                        "holds " + keeper.held().join());
                mount("size=8m");
                check(ask(keeper, kept) == KeeperVerdict.KEPT, "still full");
                kept++;
            }
            try (Keeper keeper = Keeper.open(dht, directory, KeeperConfig.defaults(), Clock.systemUTC())) {
                check(
                        keeper.held().join().records() == kept,
                        "lost some: " + keeper.held().join() + " of " + kept);
            }
        }
    }

    private KeeperVerdict ask(Keeper keeper, int index) {
        WritableSlot slot = RecordKeys.between(self, peer).outboxToPeer(index);
        Instant expiry = Instant.now().plus(Duration.ofDays(1));
        byte[] record = SealedRecord.seal(self, peer, slot.slot().key(), 1, expiry, new byte[MESSAGE_BYTES]);
        return keeper.request(self.peerId(), new KeeperMessage.Keep(slot, 1, expiry, record).encode())
                .join()
                .flatMap(KeeperMessage::decode)
                .map(answer -> ((KeeperMessage.Answer) answer).verdict())
                .orElseThrow();
    }

    /** That a handler begins can be noted on a full disk, that it ended can not: then the message comes again with its mark. */
    private void handlersOnFullDisk() throws Exception {
        Instant now = Instant.now();
        Instant expiry = now.plusSeconds(60);
        try (MessageStore store = MessageStore.open(disk.resolve("store"))) {
            fill();
            MessageId id;
            Throwable failure;
            do { // the store's file has some room of its own
                id = MessageId.random();
                check(!store.beginHandling(peer, id, now), "begun before?");
                failure = failureOf(store.markDeliveredSoon(peer, id, expiry));
            } while (failure == null);
            check(failure instanceof StoreUnreadableException, "not said that the disk failed: " + failure);
            check(!store.isDelivered(peer, id), "noted after all");
            check(store.beginHandling(peer, id, now), "comes again without a mark");
            Files.delete(disk.resolve("filler"));
            check(store.markDeliveredSoon(peer, id, expiry).join(), "still full");
            check(store.isDelivered(peer, id), "not noted");
        }
    }

    private void fill() throws IOException {
        byte[] block = new byte[512];
        Path filler = Files.createFile(disk.resolve("filler"));
        try (var out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            check(Files.size(filler) > 0, "nothing could be written: " + e);
        }
    }
}
