package dev.culvert.ice.internal.turn;

import static dev.culvert.ice.internal.turn.TurnBytes.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Wherever a stream is cut, the same messages come out of it; and whatever it holds, nothing else than messages. */
class StreamFramingPropertyTest {
    private static final String BROKEN = "broken";

    /** What comes out, as text to compare, and at the end whether the stream was broken. */
    private static List<String> read(byte[] stream, Random cuts, int maxPiece) {
        StreamFraming framing = new StreamFraming();
        List<String> out = new ArrayList<>();
        int at = 0;
        try {
            while (at < stream.length) {
                int piece = Math.min(stream.length - at, 1 + cuts.nextInt(maxPiece));
                ByteBuffer in = ByteBuffer.wrap(stream, at, piece);
                at += piece;
                for (ByteBuffer next = framing.next(in); next != null; next = framing.next(in)) {
                    StreamFraming.paddingOf(next); // throws for what is not one whole message
                    assertTrue(next.remaining() <= StreamFraming.MAX_MESSAGE_BYTES);
                    out.add(text(bytes(next)));
                }
                assertEquals(0, in.remaining(), "left something of a piece");
            }
        } catch (ProtocolException e) {
            out.add(BROKEN);
        }
        return out;
    }

    private static String text(byte[] message) {
        return message.length + ":" + java.util.Arrays.hashCode(message);
    }

    @Property(tries = 500)
    void shouldFindTheSameMessagesWhereverTheStreamIsCut(@ForAll long seed) {
        Random random = new Random(seed);
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        List<String> sent = new ArrayList<>();
        for (int i = random.nextInt(30); i >= 0; i--) {
            int size = random.nextInt(20) == 0 ? random.nextInt(65_536) : random.nextInt(200);
            byte[] message = random.nextBoolean()
                    ? TurnBytes.stun(i, Math.min(size, 65_532) & ~3)
                    : TurnBytes.channelData(i, size);
            sent.add(text(message));
            stream.writeBytes(TurnBytes.padded(message));
        }

        assertEquals(sent, read(stream.toByteArray(), random, 1 << random.nextInt(17)));
    }

    @Property(tries = 2_000)
    void shouldStandAnyBytes(@ForAll @Size(max = 3_000) byte[] junk, @ForAll long seed) {
        assertEquals(read(junk, new Random(seed), 7), read(junk, new Random(seed), Math.max(1, junk.length)));
    }

    @Property(tries = 1_000)
    void shouldStandHeadsThatArePlausible(@ForAll long seed) {
        byte[] junk = plausible(new Random(seed));
        assertEquals(read(junk, new Random(seed), 5), read(junk, new Random(seed), 1_000));
    }

    /** What the property above feeds reaches both ends; or else it would say little. */
    @Test
    void shouldReachMessagesAndBreaks() {
        int whole = 0;
        int broken = 0;
        for (int seed = 0; seed < 100; seed++) {
            List<String> out = read(plausible(new Random(seed)), new Random(seed), 5);
            broken += out.contains(BROKEN) ? 1 : 0;
            whole += out.size();
        }
        assertTrue(broken > 20 && broken < 100 && whole > 500, broken + " of 100 broken, " + whole + " messages");
    }

    /** Heads of right kinds, short lengths and, now and then, something else. */
    private static byte[] plausible(Random random) {
        ByteBuffer out = ByteBuffer.allocate(2_000);
        while (out.remaining() > 80) {
            int length = random.nextInt(30) == 0 ? random.nextInt(40) : random.nextInt(10) * 4;
            boolean stun = random.nextBoolean();
            out.put((byte) (random.nextInt(50) == 0 ? random.nextInt() : stun ? 0 : 0x40))
                    .put((byte) 1);
            out.putShort((short) length);
            out.position(out.position() + (stun ? 16 : 0) + (length + 3 & ~3));
        }
        return out.array();
    }
}
