package dev.culvert.ice.internal.turn;

import java.nio.ByteBuffer;
import java.util.Random;

/** Messages of both kinds, with contents that differ from one number to the next. */
final class TurnBytes {
    private TurnBytes() {}

    /**
     * A STUN message by its form.
     *
     * @param attributeBytes a multiple of four, up to 65532
     */
    static byte[] stun(int number, int attributeBytes) {
        byte[] body = random(number, 16 + attributeBytes);
        return ByteBuffer.allocate(20 + attributeBytes)
                .putShort((short) 0x0017)
                .putShort((short) attributeBytes)
                .put(body)
                .array();
    }

    /** ChannelData without padding. */
    static byte[] channelData(int number, int dataBytes) {
        return ByteBuffer.allocate(4 + dataBytes)
                .putShort((short) (0x4000 + Math.floorMod(number, 0x1000)))
                .putShort((short) dataBytes)
                .put(random(number, dataBytes))
                .array();
    }

    /** Every second of either kind, of many sizes. */
    static byte[] message(int number) {
        int size = number * 37 % 1_300;
        return number % 2 == 0 ? stun(number, size & ~3) : channelData(number, size);
    }

    /** As it goes over a stream. */
    static byte[] padded(byte[] message) {
        return java.util.Arrays.copyOf(message, message.length + 3 & ~3);
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(buffer.position(), copy);
        return copy;
    }

    private static byte[] random(int number, int bytes) {
        byte[] body = new byte[bytes];
        new Random(number).nextBytes(body);
        return body;
    }
}
