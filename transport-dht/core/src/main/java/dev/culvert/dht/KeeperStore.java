package dev.culvert.dht;

import dev.culvert.transport.PeerId;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.h2.mvstore.type.ByteArrayDataType;

/**
 * A keeper's disk: the records, with the keys that write their slots, and a short entry of each to begin with. Calls wait
 * for the disk; what one changes is there together or not at all. The keys are as they are, so the directory must be one
 * that only the keeper's user can read. Ends with {@link #close}.
 */
final class KeeperStore implements AutoCloseable {
    static final String FILE_NAME = "keeper.mv.db";

    private static final int ENTRY_LENGTH = 2 * Long.BYTES + Integer.BYTES;
    private static final int COMPACT_MS = 100;

    private final StoreFile file;
    private final StoreTable<byte[]> entries;
    private final StoreTable<byte[]> records;

    /** Whose record for which slot. */
    record Place(PeerId sender, Slot slot) {
        private static final int LENGTH = PeerId.LENGTH + Slot.KEY_LENGTH + Slot.WRITER_LENGTH;

        private byte[] encode() {
            return ByteBuffer.allocate(LENGTH)
                    .put(sender.toBytes())
                    .put(slot.key())
                    .put(slot.writer())
                    .array();
        }

        private static Place decode(byte[] bytes) {
            int keyAt = PeerId.LENGTH;
            int writerAt = keyAt + Slot.KEY_LENGTH;
            return new Place(
                    PeerId.of(Arrays.copyOf(bytes, keyAt)),
                    new Slot(Arrays.copyOfRange(bytes, keyAt, writerAt), Arrays.copyOfRange(bytes, writerAt, LENGTH)));
        }
    }

    /** What is known of a record without reading it. */
    record Entry(long sequence, Instant expiry, int length) {
        private byte[] encode() {
            return ByteBuffer.allocate(ENTRY_LENGTH)
                    .putLong(sequence)
                    .putLong(expiry.getEpochSecond())
                    .putInt(length)
                    .array();
        }
    }

    /** Told of each record when a keeper begins. */
    interface Visitor {
        void found(Place place, Entry entry);
    }

    private KeeperStore(StoreFile file) {
        this.file = file;
        this.entries = file.read(() -> file.table("entries", ByteArrayDataType.INSTANCE));
        this.records = file.read(() -> file.table("records", ByteArrayDataType.INSTANCE));
    }

    /**
     * Opens the store in a directory, which is made when it is missing.
     *
     * @throws StoreLockedException if it is open already
     * @throws StoreUnreadableException if it can not be used
     */
    static KeeperStore open(Path directory) {
        StoreFile file = StoreFile.open(directory.resolve(FILE_NAME));
        try {
            return new KeeperStore(file);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    void visit(Visitor visitor) {
        boolean unused = file.read(() -> {
            entries.forEach((key, value) -> {
                ByteBuffer entry = ByteBuffer.wrap(Checksummed.read(file, value));
                if (key.length != Place.LENGTH || entry.remaining() != ENTRY_LENGTH) {
                    throw file.damaged("list of records");
                }
                visitor.found(
                        Place.decode(key),
                        new Entry(entry.getLong(), Instant.ofEpochSecond(entry.getLong()), entry.getInt()));
            });
            return true;
        });
    }

    Entry put(PeerId sender, KeeperMessage.Keep keep) {
        byte[] key = new Place(sender, keep.slot().slot()).encode();
        Entry entry = new Entry(keep.sequence(), keep.expiry(), keep.record().length);
        boolean unused = file.write(true, () -> {
            entries.put(key, Checksummed.of(entry.encode()));
            records.put(key, Checksummed.of(keep.encode()));
            return true;
        });
        return entry;
    }

    Optional<KeeperMessage.Keep> get(Place place) {
        byte[] key = place.encode();
        return file.read(() -> Optional.ofNullable(records.get(key)).map(bytes -> Checksummed.read(file, bytes)))
                .map(bytes -> KeeperMessage.decode(bytes)
                        .filter(KeeperMessage.Keep.class::isInstance)
                        .map(KeeperMessage.Keep.class::cast)
                        .orElseThrow(() -> file.damaged("content")));
    }

    void remove(Place place) {
        byte[] key = place.encode();
        boolean unused = file.write(false, () -> {
            entries.remove(key);
            return records.remove(key) != null;
        });
    }

    /** Gives free space back. */
    void compact() {
        file.compact(COMPACT_MS);
    }

    /** Idempotent. */
    @Override
    public void close() {
        file.close();
    }
}
