package dev.culvert.peer;

import static dev.culvert.peer.TwoPeers.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.SendStatus;
import dev.culvert.ice.frame.FrameSendResult;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.Tier;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Datagrams and frames over a connection: real sockets, ICE and QUIC on loopback. */
@Timeout(90)
class RealTimeTest {
    private record Arrival(PeerId from, byte[] bytes) {}

    @TempDir
    Path directory;

    private final BlockingQueue<Arrival> datagrams = new LinkedBlockingQueue<>();
    private final BlockingQueue<Arrival> frames = new LinkedBlockingQueue<>();

    /** What was sent more than once, as it was late: another copy may come among what is sent next. */
    private final Set<ByteBuffer> repeated = new HashSet<>();

    private PeerTransport a;
    private PeerTransport b;

    @BeforeEach
    void open() {
        ManyPeers peers = new ManyPeers(directory, 2);
        a = peers.builder(0).open();
        b = peers.builder(1).open();
        b.addContact(a.localPeer()).join();
        b.realTime().onDatagram((from, bytes) -> datagrams.add(new Arrival(from, copy(bytes))));
        b.realTime().onFrame((from, bytes) -> frames.add(new Arrival(from, copy(bytes))));
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    private static byte[] copy(ByteBuffer bytes) {
        byte[] copied = new byte[bytes.remaining()];
        bytes.get(copied);
        return copied;
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private void connect() throws Exception {
        assertEquals(
                Tier.DIRECT, a.connect(b.localPeer(), Duration.ofSeconds(30)).tier());
        assertEquals(
                Tier.DIRECT,
                a.send(b.localPeer(), bytes("both are up"), Duration.ofSeconds(30))
                        .tier());
    }

    /** Waits for what was just sent; null if it is late or lost. */
    private @Nullable Arrival next(BlockingQueue<Arrival> arrivals, byte[] sent, int seconds) throws Exception {
        Arrival arrival = arrivals.poll(seconds, TimeUnit.SECONDS);
        while (arrival != null
                && !Arrays.equals(sent, arrival.bytes())
                && repeated.contains(ByteBuffer.wrap(arrival.bytes()))) {
            arrival = arrivals.poll(seconds, TimeUnit.SECONDS);
        }
        if (arrival == null) {
            repeated.add(ByteBuffer.wrap(sent));
        }
        return arrival;
    }

    /** Sent until one arrives: loopback loses none as a rule, but may. */
    private byte[] sendDatagram(byte[] payload) throws Exception {
        for (int tries = 0; tries < 50; tries++) {
            ByteBuffer buffer = ByteBuffer.wrap(payload);
            assertEquals(SendStatus.SENT, a.realTime().sendDatagram(b.localPeer(), buffer));
            assertEquals(payload.length, buffer.remaining(), "left as it was");
            Arrival arrival = next(datagrams, payload, 1);
            if (arrival != null) {
                assertEquals(a.localPeer(), arrival.from());
                return arrival.bytes();
            }
        }
        throw new AssertionError("none of 50 datagrams arrived");
    }

    @Test
    void shouldCarryDatagramsOfEverySize() throws Exception {
        connect();
        for (int length : new int[] {1, 2, 9, 100, RealTime.MAX_DATAGRAM_BYTES}) {
            byte[] payload = random(length);
            assertArrayEquals(payload, sendDatagram(payload));
        }
        // The first byte of a fragment or of a record of the session's own means nothing here.
        for (int first = 0; first < 256; first++) {
            byte[] payload = new byte[9];
            payload[0] = (byte) first;
            assertArrayEquals(payload, sendDatagram(payload));
        }
    }

    @Test
    void shouldCarryFramesOfEverySize() throws Exception {
        connect();
        for (int length : new int[] {1, 1_000, 100_000, RealTime.MAX_FRAME_BYTES}) {
            byte[] frame = random(length);
            Arrival arrival = null;
            for (int tries = 0; tries < 10 && arrival == null; tries++) {
                ByteBuffer buffer = ByteBuffer.wrap(frame);
                FrameSendResult result = a.realTime().sendFrame(b.localPeer(), buffer);
                assertTrue(result.isSent(), result::toString);
                assertEquals(0, buffer.remaining());
                arrival = next(frames, frame, 5);
            }
            assertNotNull(arrival, () -> "no frame of " + length + " bytes in 10 arrived");
            assertEquals(a.localPeer(), arrival.from());
            assertArrayEquals(frame, arrival.bytes());
        }
    }

    @Test
    void shouldSayWhyItSendsNothing() throws Exception {
        RealTime realTime = a.realTime();
        ByteBuffer one = ByteBuffer.wrap(new byte[1]);
        assertEquals(SendStatus.NOT_CONNECTED, realTime.sendDatagram(b.localPeer(), one));
        assertEquals(
                SendStatus.NOT_CONNECTED, realTime.sendFrame(b.localPeer(), one).status());
        connect();
        assertEquals(SendStatus.EMPTY, realTime.sendDatagram(b.localPeer(), ByteBuffer.allocate(0)));
        assertEquals(
                SendStatus.TOO_LARGE,
                realTime.sendDatagram(b.localPeer(), ByteBuffer.allocate(RealTime.MAX_DATAGRAM_BYTES + 1)));
        ByteBuffer tooLong = ByteBuffer.allocate(RealTime.MAX_FRAME_BYTES + 1);
        assertThrows(MessageTooLargeException.class, () -> realTime.sendFrame(b.localPeer(), tooLong));
        assertEquals(4, a.counters().get("real-time.unsent"));

        a.disconnect(b.localPeer()).join();
        assertEquals(SendStatus.NOT_CONNECTED, realTime.sendDatagram(b.localPeer(), one));
    }

    /** As an app does that has something to say as soon as it may; the result of connect comes on the same thread. */
    @Test
    void shouldSendAsSoonAsTheListenerHearsOfTheConnection() throws Exception {
        CompletableFuture<SendStatus> inListener = new CompletableFuture<>();
        a.onConnection(new ConnectionListener() {
            @Override
            public void onConnected(ConnectionInfo connection) {
                inListener.complete(a.realTime().sendDatagram(connection.peer(), ByteBuffer.wrap(bytes("now"))));
            }

            @Override
            public void onDisconnected(PeerId peer, String cause) {}
        });
        SendStatus inResult = a.connect(b.localPeer())
                .thenApply(connection -> a.realTime()
                        .sendFrame(b.localPeer(), ByteBuffer.wrap(bytes("now")))
                        .status())
                .get(30, TimeUnit.SECONDS);

        assertEquals(SendStatus.SENT, inListener.get(30, TimeUnit.SECONDS));
        assertEquals(SendStatus.SENT, inResult);
    }

    @Test
    void shouldRefuseWhatThePathDoesNotTakeAndStillCarryMessages() throws Exception {
        connect();
        byte[] payload = random(RealTime.MAX_DATAGRAM_BYTES);
        int sent = 0;
        int refused = 0;
        while (refused < 1_000) {
            SendStatus status = a.realTime().sendDatagram(b.localPeer(), ByteBuffer.wrap(payload));
            if (status == SendStatus.SENT) {
                sent++;
            } else {
                assertEquals(SendStatus.BUFFER_FULL, status);
                refused++;
            }
        }
        assertEquals(
                Tier.DIRECT,
                a.send(b.localPeer(), bytes("in between"), Duration.ofSeconds(30))
                        .tier());
        for (Arrival arrival = datagrams.poll(); arrival != null; arrival = datagrams.poll()) {
            assertTrue(Arrays.equals(payload, arrival.bytes()));
            sent--;
        }
        assertTrue(sent >= 0, "more arrived than were sent");
    }

    @Test
    void shouldOutliveAHandlerThatThrows() throws Exception {
        connect();
        RealTime.Handler before = (from, bytes) -> datagrams.add(new Arrival(from, copy(bytes)));
        b.realTime().onDatagram((from, bytes) -> {
            b.realTime().onDatagram(before);
            throw new IllegalStateException("on purpose");
        });
        assertArrayEquals(bytes("again"), sendDatagram(bytes("again")));
        assertEquals(1, b.counters().get("real-time.handler-failures"));
    }
}
