package dev.culvert.ice.internal.turn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.culvert.ice.TurnCredentials;
import dev.culvert.ice.internal.StunAttribute;
import dev.culvert.ice.internal.StunBuilder;
import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.TransactionId;
import dev.culvert.ice.internal.Unicast;
import dev.culvert.ice.internal.turn.Allocation.State;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;

/**
 * A TURN server that answers each request with whatever bytes there are, and sends some unasked: nothing throws, nothing is
 * asked without end, and what is believed makes sense.
 */
class TurnAnswersFuzzTest {
    private static final InetSocketAddress PEER = new InetSocketAddress("198.51.100.7", 4_000);
    private static final int HEADER = 20;
    private static final int MOST_MESSAGES = 64;

    /** First bytes below this stand for a sound answer: success, or a refusal with the code 400 and so many. */
    private static final int SOUND = 100;

    private final SecureRandom random = new SecureRandom();

    @FuzzTest
    void shouldBearAnyAnswers(byte[] bytes) {
        ByteBuffer input = ByteBuffer.wrap(bytes);
        long now = 0;
        Allocation allocation = new Allocation(new TurnCredentials("me", "secret"), false, random, now);
        int said = 0;
        while (input.remaining() > 4) {
            Collection<byte[]> requests = allocation.takeMessages();
            said += requests.size();
            for (byte[] request : requests) {
                byte[] answer = answer(input, request);
                if (answer.length > 0) {
                    readUnasked(answer);
                    long at = now;
                    StunMessage.parse(answer).ifPresent(message -> allocation.onResponse(message, at));
                }
            }
            allocation.permit(PEER, now);
            allocation.bind(PEER, now);
            if (!input.hasRemaining()) {
                return;
            }
            now += Duration.ofMillis(Byte.toUnsignedInt(input.get())).toNanos();
            allocation.poll(now);
        }

        // Each round of at most 255 ms asks for an address, a permission, a channel and a refresh, a few times each.
        assertTrue(said <= (long) MOST_MESSAGES * (bytes.length + 1), "said " + said);
        if (allocation.state() == State.READY) {
            assertNotNull(allocation.relayed());
            assertTrue(Unicast.isUnicast(allocation.relayed()));
        }
        assertEquals(allocation.state() == State.OVER, allocation.nextNanos().isEmpty());
    }

    /** An answer of the right transaction: a sound one, or one with a type and attributes as the input has them. */
    private static byte[] answer(ByteBuffer input, byte[] request) {
        if (!input.hasRemaining()) {
            return new byte[0];
        }
        int kind = Byte.toUnsignedInt(input.get());
        byte[] answer = kind < SOUND ? sound(kind, request) : new byte[Math.min(input.remaining(), kind) & ~3];
        if (answer.length < HEADER) {
            return new byte[0];
        }
        if (kind >= SOUND) {
            input.get(answer);
            answer[0] = (byte) ((answer[0] & 0x01) | (request[0] & 0x3E));
            answer[1] = (byte) ((answer[1] & 0x10) | (request[1] & 0xEF));
        }
        ByteBuffer.wrap(answer).putShort(2, (short) (answer.length - HEADER));
        System.arraycopy(request, 4, answer, 4, HEADER - 4);
        return answer;
    }

    private static byte[] sound(int kind, byte[] request) {
        TransactionId id = TransactionId.of(request, 8);
        int method = request[1] & 0xEF;
        if (kind == 0) {
            return new StunBuilder((short) (method | 0x100), id, 200)
                    .putXorAddress(StunAttribute.XOR_RELAYED_ADDRESS, new InetSocketAddress("203.0.113.1", 50_000))
                    .putInt(StunAttribute.LIFETIME, 2)
                    .build();
        }
        return new StunBuilder((short) (method | 0x110), id, 200)
                .put(StunAttribute.ERROR_CODE, new byte[] {0, 0, 4, (byte) kind})
                .put(StunAttribute.REALM, new byte[] {'r'})
                .put(StunAttribute.NONCE, new byte[] {'n', (byte) kind})
                .build();
    }

    private static void readUnasked(byte[] message) {
        StunMessage.parse(message).map(RelayedData::ofIndication).ifPresent(data -> assertNotNull(data.peer()));
        ByteBuffer raw = ByteBuffer.wrap(message);
        if (RelayedData.isChannelData(raw)) {
            RelayedData data = RelayedData.ofChannel(raw, PEER);
            assertTrue(data == null || data.payload().remaining() <= message.length - TurnMessages.CHANNEL_HEAD);
        }
    }
}
