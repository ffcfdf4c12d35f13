package dev.culvert.dht;

import dev.culvert.identity.InvalidKeyExchangeException;
import dev.culvert.identity.SealingKey;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;
import org.jspecify.annotations.Nullable;

/**
 * What the message queue must not forget: messages not acknowledged, how far each sender's messages were received, the ids
 * of delivered ones, messages that the app is not done with, which keepers were asked, and the keys of peers for sealing against quantum computers. Every call is
 * atomic and on disk when it returns, unless it says otherwise; calls come from any thread and wait for the disk. Where the
 * newest writes are damaged the store goes back to the state before them, as after a power cut; other damage is an error. A
 * write that fails is not there; the next call tries the disk again.
 *
 * <p>Lives in the file {@value #FILE_NAME}, with a small journal of running handlers beside it, from {@link #open} to
 * {@link #close}; its payloads are not encrypted, so the directory must be one that only its user can read.
 */
public final class MessageStore implements AutoCloseable {
    /** The name of the file in the directory given to {@link #open}. */
    public static final String FILE_NAME = "culvert.mv.db";

    private static final String JOURNAL_NAME = "culvert.handlers";
    private static final int COMPACT_MS = 100;
    private static final int OUTGOING_KEY_LENGTH = PeerId.LENGTH + Long.BYTES;

    private final StoreFile file;
    private final StoreTable<byte[]> outboxes;
    private final StoreTable<byte[]> outgoing;
    private final StoreTable<byte[]> sealed;
    private final StoreTable<byte[]> keeperMarks;
    private final StoreTable<byte[]> inboxes;
    private final StoreTable<byte[]> sealingKeys;
    private final StoreTable<byte[]> unhandled;
    private final DeliveredIds delivered;
    private final HandlerJournal handlers;

    private MessageStore(StoreFile file, Path journal) {
        this.file = file;
        this.outboxes = file.read(() -> file.table("outboxes", ByteArrayDataType.INSTANCE));
        this.outgoing = file.read(() -> file.table("outgoing", ByteArrayDataType.INSTANCE));
        this.sealed = file.read(() -> file.table("sealed", ByteArrayDataType.INSTANCE));
        this.keeperMarks = file.read(() -> file.table("keepers", ByteArrayDataType.INSTANCE));
        this.inboxes = file.read(() -> file.table("inboxes", ByteArrayDataType.INSTANCE));
        this.sealingKeys = file.read(() -> file.table("sealingKeys", ByteArrayDataType.INSTANCE));
        this.unhandled = file.read(() -> file.table("unhandled", ByteArrayDataType.INSTANCE));
        this.delivered = file.read(
                () -> new DeliveredIds(file.table("delivered", LongDataType.INSTANCE), DeliveredIds.MAX_PER_SENDER));
        this.handlers = file.read(() -> {
            Set<MessageId> inHand = new HashSet<>();
            readUnhandled().forEach(message -> inHand.add(message.id()));
            return HandlerJournal.open(journal, (from, id) -> delivered.contains(from, id) && !inHand.contains(id));
        });
    }

    /**
     * Opens the store in a directory, which is made when it is missing.
     *
     * @throws StoreLockedException if it is open already, in this process or another
     * @throws StoreUnreadableException if the file is damaged or can not be read or written; it is left as it is
     */
    public static MessageStore open(Path directory) {
        StoreFile file = StoreFile.open(directory.resolve(FILE_NAME));
        try {
            return new MessageStore(file, directory.resolve(JOURNAL_NAME));
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Notes that the app's handler is about to run for a message. Does not wait for the disk: a killed process loses
     * nothing of it, a power cut may lose the last few.
     *
     * @return whether the handler had begun for it before and that was not followed by {@link #markDelivered}: what it does
     *     may be done already, in part or as a whole
     * @throws StoreUnreadableException if that can not be noted
     */
    public boolean beginHandling(PeerId from, MessageId id, Instant now) {
        return handlers.begin(from, id, now);
    }

    /**
     * Notes that a message was delivered to the app.
     *
     * @param expiry until when it is remembered; afterwards no copy of the message can be valid
     * @return true the first time, false for a duplicate
     */
    public boolean markDelivered(PeerId from, MessageId id, Instant expiry) {
        boolean first = noted(from, id, () -> file.write(false, () -> delivered.note(from, id, expiry)));
        handlers.done(from, id);
        return first;
    }

    /**
     * Like {@link #markDelivered}, but does not wait: what is noted within some milliseconds is written together, so that
     * a stream of messages does not become a stream of writes.
     *
     * @return completes when it is on disk, on the store's thread; what is chained to it must be short
     */
    public CompletableFuture<Boolean> markDeliveredSoon(PeerId from, MessageId id, Instant expiry) {
        CompletableFuture<Boolean> noted = file.writeSoon(
                () -> delivered.note(from, id, expiry), () -> delivered.known().remove(from, id));
        var unused = noted.thenRun(() -> handlers.done(from, id));
        return noted;
    }

    /**
     * Keeps a message that the app's handler is not done with, until {@link #markHandledSoon}. Written with what else comes
     * within some milliseconds.
     *
     * @return completes when it is on disk, on the store's thread; what is chained to it must be short
     */
    public CompletableFuture<Boolean> keepUnhandledSoon(UnhandledMessage message) {
        byte[] key = UnhandledMessage.key(message.ordinal());
        byte[] value = Checksummed.of(message.encode());
        return file.writeSoon(() -> unhandled.put(key, value) == null);
    }

    /** Like {@link #markDeliveredSoon}, for a message that was kept with this ordinal: it is kept no more. */
    public CompletableFuture<Boolean> markHandledSoon(PeerId from, MessageId id, long ordinal, Instant expiry) {
        CompletableFuture<Boolean> noted = file.writeSoon(() -> {
            unhandled.remove(UnhandledMessage.key(ordinal));
            return delivered.note(from, id, expiry);
        });
        var unused = noted.thenRun(() -> handlers.done(from, id));
        return noted;
    }

    /** The messages that were kept and whose handlers were not done, in the order they came. */
    public List<UnhandledMessage> unhandled() {
        return file.read(this::readUnhandled);
    }

    /** Store thread. */
    private List<UnhandledMessage> readUnhandled() {
        List<UnhandledMessage> all = new ArrayList<>();
        unhandled.forEach((key, value) -> {
            if (key.length != Long.BYTES) {
                throw file.damaged("list of unhandled messages");
            }
            long ordinal = ByteBuffer.wrap(key).getLong();
            all.add(decoded(value, bytes -> UnhandledMessage.decode(ordinal, bytes)));
        });
        return all;
    }

    private boolean noted(PeerId from, MessageId id, BooleanSupplier write) {
        try {
            return write.getAsBoolean();
        } catch (RuntimeException e) {
            delivered.known().remove(from, id); // what is not on disk does not count
            throw e;
        }
    }

    /** Whether a message was noted as delivered and not forgotten since. From memory: does not wait for the disk. */
    public boolean isDelivered(PeerId from, MessageId id) {
        return delivered.known().contains(from, id);
    }

    /**
     * Forgets delivered messages whose time is over, and gives free space back.
     *
     * @return how many were forgotten
     */
    public int prune(Instant now) {
        int forgotten = file.write(false, () -> delivered.prune(now));
        handlers.prune(now);
        file.compact(COMPACT_MS);
        return forgotten;
    }

    Map<PeerId, OutboxState> outboxes() {
        return file.read(() -> states(outboxes, OutboxState::decode));
    }

    Map<PeerId, InboxState> inboxes() {
        return file.read(() -> states(inboxes, InboxState::decode));
    }

    Optional<InboxState> inbox(PeerId from) {
        byte[] key = from.toBytes();
        return file.read(() -> Optional.ofNullable(inboxes.get(key)).map(bytes -> decoded(bytes, InboxState::decode)));
    }

    /** Adds a message at the tail of the state before {@code next}. */
    void add(PeerId to, OutboxState next, OutgoingMessage message) {
        byte[] key = outgoingKey(to, next.tail() - 1);
        byte[] value = Checksummed.of(message.encode());
        file.write(true, () -> {
            outgoing.put(key, value);
            return outboxes.put(to.toBytes(), Checksummed.of(next.encode())) == null;
        });
    }

    /** Replaces the state, and removes the messages between its old head and its new one. */
    void update(PeerId to, OutboxState old, OutboxState next) {
        file.write(true, () -> {
            for (long ordinal = old.head(); ordinal < next.head(); ordinal++) {
                outgoing.remove(outgoingKey(to, ordinal));
                sealed.remove(outgoingKey(to, ordinal));
                keeperMarkKeys(to, ordinal).forEach(keeperMarks::remove);
            }
            return outboxes.put(to.toBytes(), Checksummed.of(next.encode())) == null;
        });
    }

    Optional<OutgoingMessage> outgoing(PeerId to, long ordinal) {
        byte[] key = outgoingKey(to, ordinal);
        return file.read(
                () -> Optional.ofNullable(outgoing.get(key)).map(bytes -> decoded(bytes, OutgoingMessage::decode)));
    }

    /** A message as it was put in this numbering, if it was. */
    Optional<SealedMessage> sealed(PeerId to, long ordinal, long generation) {
        byte[] key = outgoingKey(to, ordinal);
        return file.read(() -> Optional.ofNullable(sealed.get(key)).map(bytes -> decoded(bytes, SealedMessage::decode)))
                .filter(found -> found.generation() == generation);
    }

    /** Keeps how a message is put. Not at once on disk: what is lost is sealed anew. */
    void keepSealed(PeerId to, long ordinal, SealedMessage message) {
        byte[] key = outgoingKey(to, ordinal);
        byte[] value = Checksummed.of(message.encode());
        var unused = file.write(false, () -> sealed.put(key, value) == null);
    }

    /** Which keepers were asked to keep a message, in whatever numbering. */
    Map<PeerId, KeeperMark> keeperMarks(PeerId to, long ordinal) {
        return file.read(() -> {
            Map<PeerId, KeeperMark> marks = new HashMap<>();
            for (byte[] key : keeperMarkKeys(to, ordinal)) {
                KeeperMark mark = decoded(Objects.requireNonNull(keeperMarks.get(key)), KeeperMark::decode);
                marks.put(PeerId.of(Arrays.copyOfRange(key, OUTGOING_KEY_LENGTH, key.length)), mark);
            }
            return marks;
        });
    }

    /** Keeps that a keeper was asked. What is lost of it is asked again. */
    void keepMark(PeerId to, long ordinal, PeerId keeper, KeeperMark mark) {
        byte[] key = SignedBody.join(outgoingKey(to, ordinal), keeper.toBytes());
        byte[] value = Checksummed.of(mark.encode());
        byte[] message = outgoingKey(to, ordinal);
        // A message that is gone when this is written has left its marks already: nothing would remove this one.
        var unused = file.writeSoon(() -> outgoing.containsKey(message) && keeperMarks.put(key, value) == null);
    }

    private List<byte[]> keeperMarkKeys(PeerId to, long ordinal) {
        byte[] prefix = outgoingKey(to, ordinal);
        List<byte[]> keys = new ArrayList<>();
        for (Iterator<byte[]> all = keeperMarks.keysFrom(prefix); all.hasNext(); ) {
            byte[] key = all.next();
            if (!Arrays.equals(prefix, Arrays.copyOf(key, prefix.length))) {
                break;
            }
            keys.add(key);
        }
        return keys;
    }

    /** The key that was found for a peer, if one was. */
    Optional<SealingKey> sealingKey(PeerId peer) {
        byte[] key = peer.toBytes();
        return file.read(() ->
                Optional.ofNullable(sealingKeys.get(key)).map(bytes -> decoded(bytes, MessageStore::sealingKeyOf)));
    }

    void keepSealingKey(PeerId peer, SealingKey sealingKey) {
        byte[] value = Checksummed.of(sealingKey.toBytes());
        file.write(true, () -> sealingKeys.put(peer.toBytes(), value) == null);
    }

    @SuppressWarnings("UnusedException") // the caller says what is damaged
    private static @Nullable SealingKey sealingKeyOf(byte[] bytes) {
        try {
            return SealingKey.parse(bytes);
        } catch (InvalidKeyExchangeException e) {
            return null;
        }
    }

    void saveInbox(PeerId from, InboxState state) {
        file.write(true, () -> inboxes.put(from.toBytes(), Checksummed.of(state.encode())) == null);
    }

    /** Notes in one step that a message was delivered and that the next one is awaited. */
    void delivered(PeerId from, MessageId id, Instant expiry, InboxState next) {
        var unused = noted(
                from,
                id,
                () -> file.write(true, () -> {
                    inboxes.put(from.toBytes(), Checksummed.of(next.encode()));
                    return delivered.note(from, id, expiry);
                }));
        // The app's handler may still be at it: that it began is forgotten when it is done.
    }

    private <S> Map<PeerId, S> states(StoreTable<byte[]> map, Function<byte[], @Nullable S> decoder) {
        Map<PeerId, S> all = new HashMap<>();
        map.forEach((key, value) -> {
            if (key.length != PeerId.LENGTH) {
                throw file.damaged("list of peers");
            }
            all.put(PeerId.of(key), decoded(value, decoder));
        });
        return all;
    }

    private <T> T decoded(byte[] bytes, Function<byte[], @Nullable T> decoder) {
        T value = decoder.apply(Checksummed.read(file, bytes));
        if (value == null) {
            throw file.damaged("content");
        }
        return value;
    }

    private static byte[] outgoingKey(PeerId to, long ordinal) {
        return ByteBuffer.allocate(OUTGOING_KEY_LENGTH)
                .put(to.toBytes())
                .putLong(ordinal)
                .array();
    }

    /** Writes what is open and frees the file. Idempotent. */
    @Override
    public void close() {
        try {
            file.close();
        } finally {
            handlers.close();
        }
    }
}
