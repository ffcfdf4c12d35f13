package dev.culvert.ice.internal.turn;

import static dev.culvert.ice.internal.turn.TurnBytes.bytes;
import static dev.culvert.ice.internal.turn.TurnBytes.channelData;
import static dev.culvert.ice.internal.turn.TurnBytes.padded;
import static dev.culvert.ice.internal.turn.TurnBytes.stun;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StreamFramingTest {
    private final StreamFraming framing = new StreamFraming();

    @Test
    void shouldHandOverWithoutThePadding() throws Exception {
        ByteBuffer in = ByteBuffer.allocate(100);
        in.put(padded(channelData(1, 5))).put(padded(channelData(2, 8))).flip();

        assertArrayEquals(channelData(1, 5), bytes(framing.next(in)));
        assertArrayEquals(channelData(2, 8), bytes(framing.next(in)));
        assertNull(framing.next(in));
    }

    @Test
    void shouldNotWaitForThePadding() throws Exception {
        assertArrayEquals(channelData(1, 5), bytes(framing.next(ByteBuffer.wrap(channelData(1, 5)))));

        ByteBuffer rest =
                ByteBuffer.allocate(23).put(new byte[3]).put(stun(2, 0)).flip();
        assertArrayEquals(stun(2, 0), bytes(framing.next(rest)));
    }

    @Test
    void shouldTakeTheLargestOfBothKinds() throws Exception {
        for (byte[] message : new byte[][] {stun(1, 65_532), channelData(2, 65_535)}) {
            ByteBuffer in = ByteBuffer.wrap(padded(message));
            assertNull(framing.next(in.limit(40_000)));
            assertEquals(40_000, in.position());
            ByteBuffer whole = framing.next(in.limit(in.capacity()));
            assertArrayEquals(message, bytes(whole));
            assertTrue(whole.capacity() <= StreamFraming.MAX_MESSAGE_BYTES);
        }
    }

    @Test
    void shouldRefuseWhatIsNeither() {
        for (int first : new int[] {0x50, 0x7F, 0x80, 0xC0, 0xFF}) {
            byte[] junk = new byte[20];
            junk[0] = (byte) first;
            assertThrows(ProtocolException.class, () -> new StreamFraming().next(ByteBuffer.wrap(junk)));
        }
    }

    @Test
    void shouldRefuseAStunLengthThatIsNoMultipleOfFour() {
        byte[] message = stun(1, 8);
        message[3] = 6;
        ProtocolException e = assertThrows(ProtocolException.class, () -> framing.next(ByteBuffer.wrap(message)));
        assertTrue(e.getMessage().contains("6 bytes"), e::getMessage);
    }

    @Test
    void shouldKnowThePaddingOfWhatIsSent() {
        int[] expected = {0, 3, 2, 1, 0};
        for (int size = 0; size < expected.length; size++) {
            assertEquals(expected[size], StreamFraming.paddingOf(ByteBuffer.wrap(channelData(1, size))));
        }
        assertEquals(0, StreamFraming.paddingOf(ByteBuffer.wrap(stun(1, 12))));
        ByteBuffer inside = ByteBuffer.wrap(padded(channelData(1, 5)), 0, 9).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(3, StreamFraming.paddingOf(inside));
        assertEquals(9, inside.remaining());
    }

    @Test
    void shouldNotSendWhatWouldBreakTheStream() {
        byte[][] wrong = {{}, {1}, padded(channelData(1, 5)), Arrays.copyOf(stun(1, 8), 24), {(byte) 0x80, 0, 0, 0}};
        for (byte[] message : wrong) {
            assertThrows(IllegalArgumentException.class, () -> StreamFraming.paddingOf(ByteBuffer.wrap(message)));
        }
    }
}
