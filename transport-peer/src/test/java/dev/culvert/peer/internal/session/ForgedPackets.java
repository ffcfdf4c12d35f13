package dev.culvert.peer.internal.session;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/** Makes datagrams that look like a session's: noise, beginnings, and recorded ones with flipped bits. One thread. */
final class ForgedPackets {
    private final Random random;

    ForgedPackets(long seed) {
        random = new Random(seed);
    }

    /** A first packet of QUIC version 1, as far as can be seen without its keys. */
    byte[] initial(byte[] destination) {
        byte[] packet = new byte[1_200];
        random.nextBytes(packet);
        byte[] token = {0};
        ByteBuffer.wrap(packet)
                .put((byte) 0xc3)
                .putInt(1)
                .put((byte) destination.length)
                .put(destination)
                .put((byte) ForeignPackets.ID_LENGTH)
                .put(TwoSessions.randomId())
                .put(token)
                .putShort((short) (0x4000 | (1_200 - 6 - 21 - 20 - 3)));
        return packet;
    }

    private byte[] mutated(List<byte[]> recorded) {
        byte[] copy = recorded.get(random.nextInt(recorded.size())).clone();
        int flips = 1 + random.nextInt(4);
        for (int i = 0; i < flips; i++) {
            copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return copy;
    }

    private byte[] noise() {
        byte[] bytes = new byte[1 + random.nextInt(1_400)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Any of them. */
    byte[] any(TwoSessions two, List<byte[]> recorded) {
        return switch (random.nextInt(5)) {
            case 0 -> noise();
            case 1 -> mutated(recorded);
            case 2 -> initial(TwoSessions.randomId());
            case 3 -> initial(two.firstId);
            default -> {
                byte[] longHeader = noise();
                longHeader[0] |= (byte) 0x80;
                yield longHeader;
            }
        };
    }
}
