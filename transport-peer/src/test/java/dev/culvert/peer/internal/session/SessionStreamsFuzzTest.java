package dev.culvert.peer.internal.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.culvert.transport.MessageId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** What a peer writes on its streams: the same records and messages in whatever pieces it comes, or refused once. */
class SessionStreamsFuzzTest {
    private static final int MAX_MESSAGE = 1 << 10;

    @FuzzTest
    void shouldReadOrRefuse(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        int piece = 1 + (bytes[0] & 0x7f);
        byte[] said = Arrays.copyOfRange(bytes, 1, bytes.length);
        records(said, piece);
        message(said, piece);
    }

    private static void feed(ChannelHandler reader, byte[] said, int piece) {
        EmbeddedChannel parent = new EmbeddedChannel();
        EmbeddedChannel stream = new EmbeddedChannel(parent, DefaultChannelId.newInstance(), true, false, reader);
        for (int at = 0; at < said.length; at += piece) {
            ByteBuf part = Unpooled.copiedBuffer(said, at, Math.min(piece, said.length - at));
            var unused = stream.writeInbound(part);
            assertEquals(0, part.refCnt());
        }
        parent.close();
        stream.close();
    }

    private static void records(byte[] said, int piece) {
        List<Long> read = new ArrayList<>();
        feed(
                new ControlStream.Reader(
                        (type, value) -> {
                            read.add((long) type);
                            read.add(value);
                        },
                        what -> {
                            throw new AssertionError(what);
                        }),
                said,
                piece);
        List<Long> expected = new ArrayList<>();
        ByteBuffer rest = ByteBuffer.wrap(said);
        while (rest.remaining() >= Wire.RECORD_LENGTH) {
            expected.add((long) rest.get());
            expected.add(rest.getLong());
        }
        assertEquals(expected, read);
    }

    private static void message(byte[] said, int piece) {
        List<byte[]> taken = new ArrayList<>();
        List<MessageId> ids = new ArrayList<>();
        List<Long> safe = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        AtomicReference<IncomingMessages> messages = new AtomicReference<>();
        messages.set(new IncomingMessages(
                Runnable::run,
                MAX_MESSAGE,
                new ReceiveRoom(),
                message -> {
                    ids.add(message.id());
                    taken.add(message.takePayload());
                    return Handover.done();
                },
                safe::add,
                what -> {
                    broken.add(what);
                    messages.get().end();
                },
                what -> {
                    throw new AssertionError(what);
                }));
        feed(new IncomingMessage(messages.get(), 1), said, piece);

        int length = said.length < Wire.MESSAGE_HEAD ? 0 : ByteBuffer.wrap(said).getInt(16);
        int rest = said.length - Wire.MESSAGE_HEAD;
        boolean possible = rest >= 0 && length >= 0 && length <= MAX_MESSAGE;
        boolean tooMuch = possible && rest > length;
        boolean wholeBefore = tooMuch && (Wire.MESSAGE_HEAD + length) % piece == 0;
        boolean whole = possible && (rest == length || wholeBefore);
        assertEquals(rest >= 0 && (!possible || tooMuch) ? 1 : 0, broken.size(), broken.toString());
        assertEquals(whole ? 1 : 0, taken.size());
        assertEquals(whole ? List.of(1L) : List.of(), safe);
        if (whole) {
            assertArrayEquals(Arrays.copyOfRange(said, Wire.MESSAGE_HEAD, Wire.MESSAGE_HEAD + length), taken.get(0));
            assertEquals(MessageId.readFrom(ByteBuffer.wrap(said)), ids.get(0));
        }
        assertTrue(messages.get().held() <= MAX_MESSAGE);
    }
}
