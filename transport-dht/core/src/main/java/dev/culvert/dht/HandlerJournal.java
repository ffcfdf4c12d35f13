package dev.culvert.dht;

import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.TransportClosedException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Which messages the app's handler was begun for and is not known to be done with. Noted before the handler runs, in a
 * file of places that are used again and again, so that a handler costs one write of {@value #ENTRY_LENGTH} bytes and
 * waits for no disk: what a killed process has written is kept by the operating system. A power cut may lose the last
 * ones. Thread-safe; ends with {@link #close}.
 */
final class HandlerJournal implements AutoCloseable {
    /** Peer, id, seconds since 1970, checksum. */
    private static final int ENTRY_LENGTH = PeerId.LENGTH + MessageId.LENGTH + Long.BYTES + Integer.BYTES;

    /** Places that are made with the file, so that a full disk stops no handler. */
    private static final int FIRST_PLACES = 64;

    /** More handlers at once than any executor runs; a file beyond it is not ours. */
    private static final int MAX_PLACES = 1 << 16;

    /** No copy of a message comes later than that. */
    private static final Duration LONGEST = SignedBody.MAX_LIFE.plus(SignedBody.CLOCK_SLACK);

    private record Key(PeerId from, MessageId id) {}

    private record Place(int number, long sinceSeconds) {}

    private final Path path;
    private final RandomAccessFile file; // not a channel: an interrupt would close that for everybody

    private final Map<Key, Place> places = new HashMap<>(); // guarded by this, as all below
    private final Deque<Integer> free = new ArrayDeque<>();
    private int count;
    private boolean closed;

    private HandlerJournal(Path path, RandomAccessFile file) {
        this.path = path;
        this.file = file;
    }

    /**
     * Opens or makes the file and reads what an earlier run left in it; places that are damaged are free.
     *
     * @param path beside a store that is locked, so that nobody else has it open
     * @param isDone whether a message is noted as delivered
     * @throws StoreUnreadableException if it can not be read or written
     */
    static HandlerJournal open(Path path, BiPredicate<PeerId, MessageId> isDone) {
        RandomAccessFile file = null;
        try {
            StoreFile.createForUser(path);
            file = new RandomAccessFile(path.toFile(), "rw");
            HandlerJournal journal = new HandlerJournal(path, file);
            journal.load(isDone);
            return journal;
        } catch (IOException e) {
            closeQuietly(file, e);
            throw new StoreUnreadableException(path, "reading or writing failed", e);
        }
    }

    private static void closeQuietly(@Nullable RandomAccessFile file, IOException reason) {
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                reason.addSuppressed(e);
            }
        }
    }

    private synchronized void load(BiPredicate<PeerId, MessageId> isDone) throws IOException {
        int found = (int) Math.min(MAX_PLACES, file.length() / ENTRY_LENGTH);
        byte[] all = new byte[found * ENTRY_LENGTH];
        file.seek(0);
        file.readFully(all);
        count = Math.max(FIRST_PLACES, found);
        file.write(new byte[(count - found) * ENTRY_LENGTH]); // written, not reserved: a full disk has given it then
        file.setLength((long) count * ENTRY_LENGTH);
        for (int number = 0; number < count; number++) {
            boolean used =
                    number < found && load(number, ByteBuffer.wrap(all, number * ENTRY_LENGTH, ENTRY_LENGTH), isDone);
            if (!used) {
                free.add(number);
            }
        }
    }

    private boolean load(int number, ByteBuffer entry, BiPredicate<PeerId, MessageId> isDone) {
        byte[] covered = new byte[ENTRY_LENGTH - Integer.BYTES];
        entry.get(covered);
        if (Checksummed.checksum(covered) != entry.getInt()) {
            return false;
        }
        ByteBuffer fields = ByteBuffer.wrap(covered);
        byte[] peer = new byte[PeerId.LENGTH];
        fields.get(peer);
        Key key = new Key(PeerId.of(peer), MessageId.readFrom(fields));
        return !isDone.test(key.from(), key.id())
                && places.putIfAbsent(key, new Place(number, fields.getLong())) == null;
    }

    /**
     * Notes that the handler begins.
     *
     * @return whether it had begun before and was not noted as done: then something of what it does may be done already
     * @throws StoreUnreadableException if that can not be written; the handler should not begin
     */
    synchronized boolean begin(PeerId from, MessageId id, Instant now) {
        if (closed) {
            throw new TransportClosedException("The message store");
        }
        Key key = new Key(from, id);
        if (places.containsKey(key)) {
            return true;
        }
        Place place = new Place(free.isEmpty() ? count : free.element(), now.getEpochSecond());
        try {
            write(place, key);
        } catch (IOException e) {
            throw new StoreUnreadableException(path, "writing failed", e);
        }
        if (place.number() == count) {
            count++;
        } else {
            free.remove();
        }
        places.put(key, place);
        return false;
    }

    private void write(Place place, Key key) throws IOException {
        ByteBuffer entry = ByteBuffer.allocate(ENTRY_LENGTH).put(key.from().toBytes());
        key.id().writeTo(entry);
        entry.putLong(place.sinceSeconds());
        entry.putInt(Checksummed.checksum(Arrays.copyOf(entry.array(), entry.position())));
        file.seek((long) place.number() * ENTRY_LENGTH);
        file.write(entry.array());
    }

    /** Frees the place of a message that is noted as delivered; whoever asks for that one is told so first. */
    synchronized void done(PeerId from, MessageId id) {
        Place place = places.remove(new Key(from, id));
        if (place != null) {
            free.addFirst(place.number());
        }
    }

    /** Forgets those that no copy can come of any more. */
    synchronized void prune(Instant now) {
        places.values().removeIf(place -> {
            boolean over = now.getEpochSecond() - place.sinceSeconds() > LONGEST.toSeconds();
            if (over) {
                free.add(place.number());
            }
            return over;
        });
    }

    /** Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        try {
            file.close();
        } catch (IOException e) {
            throw new StoreUnreadableException(path, "it can not be closed", e);
        }
    }
}
