package dev.culvert.ice.frame;

import static dev.culvert.ice.frame.Fragments.bytes;
import static dev.culvert.ice.frame.Fragments.cut;
import static dev.culvert.ice.frame.Fragments.frame;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.SendStatus;
import dev.culvert.transport.MessageTooLargeException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameFragmenterTest {
    private final FrameConfig config = FrameConfig.defaults();
    private final FrameFragmenter fragmenter = new FrameFragmenter(config, 5);

    @Test
    void shouldCutFullDatagramsAndAShortLast() {
        byte[] sent = frame(3_000, 1);

        List<ByteBuffer> datagrams = cut(fragmenter, sent);

        assertEquals(
                List.of(1200, 1200, 642),
                datagrams.stream().map(ByteBuffer::remaining).toList());
        byte[] second = bytes(datagrams.get(1));
        assertArrayEquals(Arrays.copyOfRange(sent, 1186, 2372), Arrays.copyOfRange(second, 14, 1200));
    }

    @Test
    void shouldSendWhatRemainsOfTheBufferAndConsumeIt() {
        ByteBuffer direct = ByteBuffer.allocateDirect(5_000);
        direct.put(frame(5_000, 1)).position(1_000).limit(4_000);
        List<ByteBuffer> datagrams = new ArrayList<>();

        FrameSendResult result = fragmenter.send(direct, datagram -> {
            datagrams.add(Fragments.copy(datagram));
            return SendStatus.SENT;
        });

        assertEquals(new FrameSendResult(SendStatus.SENT, 3, 3), result);
        assertTrue(result.isSent());
        assertEquals(4_000, direct.position());
        assertEquals(4_000, direct.limit());
        assertArrayEquals(
                Arrays.copyOfRange(frame(5_000, 1), 1_000, 2_186),
                Arrays.copyOfRange(bytes(datagrams.get(0)), 14, 1200));
        assertEquals(1, fragmenter.sentFrames());
    }

    @Test
    void shouldGiveTheFrameUpWhenAFragmentIsRefused() {
        ByteBuffer frame = ByteBuffer.wrap(frame(5_000, 1));
        List<Integer> ids = new ArrayList<>();
        FrameOutput output = datagram -> {
            ids.add(datagram.getInt(4));
            return ids.size() == 3 ? SendStatus.BUFFER_FULL : SendStatus.SENT;
        };

        FrameSendResult refused = fragmenter.send(frame, output);

        assertEquals(new FrameSendResult(SendStatus.BUFFER_FULL, 5, 2), refused);
        assertFalse(refused.isSent());
        assertEquals(0, frame.position());
        assertEquals(1, fragmenter.refusedFrames());
        assertEquals(0, fragmenter.sentFrames());

        // Sent again it is another frame.
        assertTrue(fragmenter.send(frame, output).isSent());
        assertEquals(List.of(5, 5, 5, 6, 6, 6, 6, 6), ids);
    }

    @Test
    void shouldUseTheIdUpWhenTheOutputThrows() {
        ByteBuffer frame = ByteBuffer.wrap(frame(100, 1));
        assertThrows(
                IllegalStateException.class,
                () -> fragmenter.send(frame, datagram -> {
                    throw new IllegalStateException("on purpose");
                }));

        assertEquals(6, cut(fragmenter, frame(100, 1)).get(0).getInt(4));
    }

    @Test
    void shouldRefuseAFrameOverTheLimitAndSendTheLongest() {
        ByteBuffer over = ByteBuffer.allocate((1 << 20) + 1);
        MessageTooLargeException refused =
                assertThrows(MessageTooLargeException.class, () -> fragmenter.send(over, datagram -> SendStatus.SENT));
        assertEquals(1 << 20, refused.limit());

        assertEquals(885, cut(fragmenter, new byte[1 << 20]).size());
    }

    @Test
    void shouldNotSendAnEmptyFrame() {
        FrameSendResult result = fragmenter.send(ByteBuffer.allocate(0), datagram -> {
            throw new AssertionError("sent");
        });

        assertEquals(new FrameSendResult(SendStatus.EMPTY, 0, 0), result);
    }

    @Test
    void shouldStartAnywhere() {
        int one = cut(new FrameFragmenter(config), new byte[1]).get(0).getInt(4);
        int two = cut(new FrameFragmenter(config), new byte[1]).get(0).getInt(4);
        int three = cut(new FrameFragmenter(config), new byte[1]).get(0).getInt(4);

        assertFalse(one == two && two == three, "three times " + one);
    }
}
