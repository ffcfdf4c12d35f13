package dev.culvert.dht;

import dev.culvert.identity.SigningKey;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a sender and its keeper say to each other, over an authenticated channel. In bytes: the version, the kind, and the
 * fields in their order, big-endian, the last one to the end. Immutable.
 */
sealed interface KeeperMessage {
    /** The most records that one message drops. */
    int MAX_DROPS = 64;

    /** The length of each answer. */
    int ANSWER_LENGTH = Answer.LENGTH;

    /** What a request to keep is longer than the record in it. */
    int KEEP_OVERHEAD = 2 + Slot.KEY_LENGTH + SigningKey.SEED_LENGTH + 2 * Long.BYTES;

    /** The bytes to send. */
    byte[] encode();

    /**
     * Asks the keeper to put a record again and again while its sender is away.
     *
     * @param slot where, with the key that may write there and nowhere else
     * @param sequence of the record; a larger one takes the place of a smaller one
     * @param expiry when the keeper may forget it
     * @param record sealed, opaque to the keeper
     */
    record Keep(WritableSlot slot, long sequence, Instant expiry, byte[] record) implements KeeperMessage {
        @Override
        public byte[] encode() {
            byte[] seed = slot.writer().seed();
            try {
                return ByteBuffer.allocate(KEEP_OVERHEAD + record.length)
                        .put(VERSION)
                        .put(KEEP)
                        .put(slot.slot().key())
                        .put(seed)
                        .putLong(sequence)
                        .putLong(expiry.getEpochSecond())
                        .put(record)
                        .array();
            } finally {
                Arrays.fill(seed, (byte) 0);
            }
        }

        @Override
        public String toString() {
            return "Keep[" + slot.slot() + ", sequence " + sequence + ", " + record.length + " bytes]";
        }
    }

    /**
     * A record that was received, or given up.
     *
     * @param sequence of the record; a later one in its slot stays
     */
    record Dropped(Slot slot, long sequence) {
        private static final int LENGTH = SLOT_LENGTH + Long.BYTES;
    }

    /** Says what the keeper need not put any more. */
    record Drop(List<Dropped> records) implements KeeperMessage {
        @Override
        public byte[] encode() {
            ByteBuffer out = ByteBuffer.allocate(2 + records.size() * Dropped.LENGTH)
                    .put(VERSION)
                    .put(DROP);
            for (Dropped dropped : records) {
                out.put(dropped.slot().key()).put(dropped.slot().writer()).putLong(dropped.sequence());
            }
            return out.array();
        }
    }

    /** What a keeper answers to a {@link Keep}. */
    record Answer(Slot slot, long sequence, KeeperVerdict verdict) implements KeeperMessage {
        private static final int LENGTH = 2 + SLOT_LENGTH + Long.BYTES + 1;

        @Override
        public byte[] encode() {
            return ByteBuffer.allocate(LENGTH)
                    .put(VERSION)
                    .put(ANSWER)
                    .put(slot.key())
                    .put(slot.writer())
                    .putLong(sequence)
                    .put(verdict.code())
                    .array();
        }
    }

    /** The first byte of each. */
    byte VERSION = 1;

    /** The second byte of a {@link Keep}. */
    byte KEEP = 1;

    /** The second byte of a {@link Drop}. */
    byte DROP = 2;

    /** The second byte of an {@link Answer}. */
    byte ANSWER = 3;

    /** Bytes of a slot. */
    int SLOT_LENGTH = Slot.KEY_LENGTH + Slot.WRITER_LENGTH;

    /** Empty when these are not the bytes of a message that this version knows. */
    static Optional<KeeperMessage> decode(byte[] bytes) {
        if (bytes.length < 2 || bytes[0] != VERSION) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, 2, bytes.length - 2);
        return switch (bytes[1]) {
            case KEEP -> keep(in);
            case DROP -> drop(in);
            case ANSWER -> answer(in);
            default -> Optional.empty();
        };
    }

    private static Optional<KeeperMessage> keep(ByteBuffer in) {
        if (in.remaining() <= KEEP_OVERHEAD - 2) {
            return Optional.empty();
        }
        byte[] key = bytes(in, Slot.KEY_LENGTH);
        byte[] seed = bytes(in, SigningKey.SEED_LENGTH);
        long sequence = in.getLong();
        long expiry = in.getLong();
        if (sequence < 1 || expiry < 1 || expiry > Instant.MAX.getEpochSecond()) {
            return Optional.empty();
        }
        WritableSlot slot = WritableSlot.of(key, SigningKey.fromSeed(seed));
        Arrays.fill(seed, (byte) 0);
        return Optional.of(new Keep(slot, sequence, Instant.ofEpochSecond(expiry), bytes(in, in.remaining())));
    }

    private static Optional<KeeperMessage> drop(ByteBuffer in) {
        int count = in.remaining() / Dropped.LENGTH;
        if (count < 1 || count > MAX_DROPS || in.remaining() != count * Dropped.LENGTH) {
            return Optional.empty();
        }
        List<Dropped> records = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            records.add(new Dropped(slot(in), in.getLong()));
        }
        return Optional.of(new Drop(List.copyOf(records)));
    }

    private static Optional<KeeperMessage> answer(ByteBuffer in) {
        if (in.remaining() != Answer.LENGTH - 2) {
            return Optional.empty();
        }
        Slot slot = slot(in);
        long sequence = in.getLong();
        return KeeperVerdict.of(in.get()).map(verdict -> new Answer(slot, sequence, verdict));
    }

    private static Slot slot(ByteBuffer in) {
        return new Slot(bytes(in, Slot.KEY_LENGTH), bytes(in, Slot.WRITER_LENGTH));
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        byte[] out = new byte[length];
        in.get(out);
        return out;
    }
}
