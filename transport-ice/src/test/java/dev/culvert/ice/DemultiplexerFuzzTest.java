package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.LOOPBACK;
import static dev.culvert.ice.LoopbackPair.TIMEOUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.culvert.ice.internal.StunWriter;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Datagrams of any bytes from the peer's address and from a stranger's, through the demultiplexer of a gathered context
 * and, when they are authentic, into its ICE agent. Each is counted once, and nothing a stranger sends is delivered.
 */
class DemultiplexerFuzzTest {
    /** What is done with the input before it is sent. */
    private enum Shape {
        RAW,
        STUN_HEADER,
        FINGERPRINTED,
        WRONG_INTEGRITY,
        AUTHENTIC
    }

    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.1", 7);
    private static final InetSocketAddress STRANGER = new InetSocketAddress("192.0.2.2", 7);
    private static final int COOKIE = 0x2112A442;

    private static IceEndpoint endpoint;
    private static EndpointSocket socket;

    @BeforeAll
    static void open() {
        endpoint = IceEndpoint.open(LOOPBACK);
        socket = endpoint.socket(endpoint.localAddresses().get(0));
    }

    @AfterAll
    static void close() {
        endpoint.close();
    }

    @FuzzTest
    void shouldCountEachDatagramOnceAndDeliverNothingOfAStranger(byte[] input) {
        if (input.length < 2) {
            return;
        }
        DropCounters drops = new DropCounters();
        Demultiplexer demultiplexer = new Demultiplexer(endpoint.contexts(), endpoint.prober(), drops, Runnable::run);
        try (IceContext context = endpoint.openContext()) {
            IceDescription description = context.gather(TIMEOUT);
            socket.claim(PEER, context, true, System.nanoTime());
            Shape shape = Shape.values()[Math.floorMod(input[0], Shape.values().length)];
            InetSocketAddress from = input[1] % 2 == 0 ? PEER : STRANGER;
            byte[] datagram = shaped(shape, Arrays.copyOfRange(input, 2, input.length), description);

            ByteBuffer payload = ByteBuffer.wrap(datagram).asReadOnlyBuffer();
            demultiplexer.onDatagram(socket, from, payload);

            long received = context.stats().receivedPackets();
            long nowhere = sum(drops.snapshot()) + sum(context.stats().drops()) - emptyOf(context);
            boolean toAgent = shape == Shape.AUTHENTIC && nowhere + received == 0;
            assertTrue(toAgent || nowhere + received == 1, () -> shape + " counted " + nowhere + " and " + received);
            assertDelivered(context, received - emptyOf(context), datagram);
            if (from.equals(STRANGER)) {
                assertEquals(0, received, "a stranger's data was taken");
            }
            assertEquals(
                    toAgent && from.equals(STRANGER),
                    socket.route(STRANGER) != null,
                    "an address is validated by an authentic message, and by nothing else");
            socket.release(PEER, context);
        }
        assertEquals(0, endpoint.routeCount());
        assertEquals(0, endpoint.contexts().size());
    }

    private static long emptyOf(IceContext context) {
        return context.stats().drops(DropCause.EMPTY);
    }

    private static long sum(Map<DropCause, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private static void assertDelivered(IceContext context, long count, byte[] datagram) {
        ByteBuffer out = ByteBuffer.allocate(65_536);
        if (count == 1) {
            assertEquals(datagram.length, context.recv(out));
            assertEquals(ByteBuffer.wrap(datagram), out.flip(), "delivered something else");
        }
        assertEquals(0, context.recv(ByteBuffer.allocate(65_536)), "delivered without being counted");
    }

    private static byte[] shaped(Shape shape, byte[] bytes, IceDescription description) {
        return switch (shape) {
            case RAW -> bytes;
            case STUN_HEADER -> withHeader(bytes);
            case FINGERPRINTED -> withAttributes(bytes, bytes).fingerprint().bytes();
            case WRONG_INTEGRITY ->
                named(bytes, description).integrity("guessed").fingerprint().bytes();
            case AUTHENTIC ->
                named(bytes, description)
                        .integrity(description.password())
                        .fingerprint()
                        .bytes();
        };
    }

    /** A request for the context, with the attributes of the input. */
    private static StunWriter named(byte[] bytes, IceDescription description) {
        byte[] request = bytes.clone();
        if (request.length >= 2) {
            request[0] = 0;
            request[1] = 1;
        }
        return withAttributes(request, bytes).username(description.ufrag() + ":peer");
    }

    /** Type, transaction id, then attributes of type, length and value as long as there are bytes. */
    private static StunWriter withAttributes(byte[] head, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(Arrays.copyOf(bytes, Math.max(14, bytes.length)));
        int type = head.length >= 2 ? ByteBuffer.wrap(head).getShort() & 0x3fff : StunWriter.BINDING_REQUEST;
        in.getShort();
        byte[] id = new byte[12];
        in.get(id);
        StunWriter writer = new StunWriter(type, id);
        while (in.remaining() >= 3) {
            int attribute = Short.toUnsignedInt(in.getShort());
            byte[] value = new byte[Math.min(Byte.toUnsignedInt(in.get()), in.remaining())];
            in.get(value);
            writer.attribute(attribute, value);
        }
        return writer;
    }

    private static byte[] withHeader(byte[] bytes) {
        byte[] message = Arrays.copyOf(bytes, Math.max(20, bytes.length & ~3));
        message[0] &= 0x3f;
        ByteBuffer.wrap(message).putShort(2, (short) (message.length - 20)).putInt(4, COOKIE);
        return message;
    }
}
