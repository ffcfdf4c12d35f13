package dev.culvert.dht;

import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.Tier;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A message that its sender was told is safe here, and that the app's handler is not done with.
 *
 * @param ordinal its place among all that were received, from 1 on
 * @param from the sender
 * @param id the message's id
 * @param tier the way it came
 * @param payload the bytes; the taker's
 */
public record UnhandledMessage(long ordinal, PeerId from, MessageId id, Tier tier, byte[] payload) {
    private static final int HEADER_LENGTH = PeerId.LENGTH + MessageId.LENGTH + 1;

    /** Key in the store, in the order of the ordinals. */
    static byte[] key(long ordinal) {
        return ByteBuffer.allocate(Long.BYTES).putLong(ordinal).array();
    }

    byte[] encode() {
        byte[] way = tier.name().getBytes(StandardCharsets.US_ASCII);
        ByteBuffer out = ByteBuffer.allocate(HEADER_LENGTH + way.length + payload.length);
        out.put(from.toBytes());
        id.writeTo(out);
        return out.put((byte) way.length).put(way).put(payload).array();
    }

    /** Null when these are not the bytes of a message. */
    static @Nullable UnhandledMessage decode(long ordinal, byte[] bytes) {
        if (bytes.length < HEADER_LENGTH) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        byte[] peer = new byte[PeerId.LENGTH];
        in.get(peer);
        MessageId id = MessageId.readFrom(in);
        byte[] way = new byte[in.get() & 0xFF];
        if (way.length > in.remaining()) {
            return null;
        }
        in.get(way);
        String name = new String(way, StandardCharsets.US_ASCII);
        Optional<Tier> tier = Stream.of(Tier.values())
                .filter(each -> each.name().equals(name))
                .findFirst();
        byte[] payload = new byte[in.remaining()];
        in.get(payload);
        return tier.map(found -> new UnhandledMessage(ordinal, PeerId.of(peer), id, found, payload))
                .orElse(null);
    }

    @Override
    public String toString() {
        return "UnhandledMessage[" + ordinal + ", " + id + ", " + payload.length + " bytes]";
    }
}
