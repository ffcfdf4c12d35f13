package dev.culvert.dht.opendht;

import static dev.culvert.dht.opendht.Slots.done;
import static dev.culvert.dht.opendht.Slots.failure;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.culvert.dht.SignedValue;
import dev.culvert.dht.WritableSlot;
import dev.culvert.identity.SigningKey;
import dev.culvert.transport.TransportException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Values that strangers plant under our key, at real nodes, and a proxy that is hostile itself. */
@Tag("real-time")
class HostileValuesTest {
    /** A node takes 10 000 in 18 s, and then needs 8 s for an answer; the stand-in below sends as many at once. */
    private static final int AT_A_REAL_NODE = 1_500;

    private final WritableSlot slot = Slots.random();
    private HttpServer server;
    private ExecutorService threads;

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
            threads.shutdownNow();
        }
    }

    @Test
    void shouldFindItsValueAmongManyPlantedAtARealNode() throws Exception {
        DhtNodes nodes = DhtNodes.shared();
        byte[] value = Slots.bytes(300);
        byte[] newer = Slots.bytes(300);
        try (OpenDht first = OpenDht.open(nodes.config(0));
                OpenDht second = OpenDht.open(nodes.config(3))) {
            done(first.put(slot, 1, value, Slots.TTL));
            plant(nodes.proxy(1), AT_A_REAL_NODE);

            assertArrayEquals(value, done(second.get(slot.slot())).get(0));
            done(first.put(slot, 2, newer, Slots.TTL));
            List<byte[]> found = done(second.get(slot.slot()));
            assertEquals(1, found.size());
            assertArrayEquals(newer, found.get(0));
            assertTrue(
                    second.counters().get(OpenDhtEvent.MALFORMED) >= AT_A_REAL_NODE,
                    second.counters().toString());
        }
    }

    private void plant(URI proxy, int values) throws Exception {
        HttpClient raw =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        URI key = URI.create(proxy + "/" + OpenDht.path(slot.slot()));
        List<CompletableFuture<?>> batch = new ArrayList<>();
        for (int i = 0; i < values; i++) {
            byte[] body = ProxyLine.put(Slots.bytes(200));
            batch.add(raw.sendAsync(
                    HttpRequest.newBuilder(key)
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                            .build(),
                    HttpResponse.BodyHandlers.discarding()));
            if (batch.size() == 50) {
                for (CompletableFuture<?> one : batch) {
                    done(one);
                }
                batch.clear();
            }
        }
    }

    @Test
    void shouldNotTakeAValueThatAnotherWriterForgedAtARealNode() throws Exception {
        DhtNodes nodes = DhtNodes.shared();
        WritableSlot other = WritableSlot.of(slot.slot().key(), SigningKey.generate(new SecureRandom()));
        byte[] forged =
                SignedValue.of(other.slot(), 99, inAMinute(), new byte[] {9}).sign(other.writer());
        // Says it is the slot's writer's, and is signed by the other.
        System.arraycopy(slot.slot().writer(), 0, forged, 2, 32);
        try (OpenDht engine = OpenDht.open(nodes.config(2))) {
            done(engine.put(slot, 1, new byte[] {1}, Slots.TTL));
            done(engine.put(other, 99, new byte[] {2}, Slots.TTL));
            post(nodes.proxy(2), forged);

            List<byte[]> found = done(engine.get(slot.slot()));

            assertEquals(1, found.size());
            assertArrayEquals(new byte[] {1}, found.get(0));
            assertTrue(engine.counters().get(OpenDhtEvent.BAD_SIGNATURE) >= 1);
            assertTrue(engine.counters().get(OpenDhtEvent.FOREIGN) >= 1);
        }
    }

    private void post(URI proxy, byte[] data) throws Exception {
        done(HttpClient.newHttpClient()
                .sendAsync(
                        HttpRequest.newBuilder(URI.create(proxy + "/" + OpenDht.path(slot.slot())))
                                .POST(HttpRequest.BodyPublishers.ofByteArray(ProxyLine.put(data)))
                                .build(),
                        HttpResponse.BodyHandlers.discarding()));
    }

    @Test
    void shouldFindItsValueAfterTenThousandForgeries() throws Exception {
        byte[] forged = signed(99, new byte[100]);
        forged[forged.length - 1] ^= 1;
        byte[] genuine = signed(1, new byte[] {1});
        try (OpenDht engine = OpenDht.open(answering(out -> {
            for (int i = 0; i < 10_000; i++) {
                line(out, ProxyLine.put(forged));
            }
            line(out, ProxyLine.put(genuine));
        }))) {
            assertArrayEquals(new byte[] {1}, done(engine.get(slot.slot())).get(0));
            assertEquals(10_000, engine.counters().get(OpenDhtEvent.BAD_SIGNATURE));
        }
    }

    @Test
    void shouldStopReadingValuesThatDoNotEnd() throws Exception {
        byte[] junk = ProxyLine.put(new byte[3]);
        try (OpenDht engine = OpenDht.open(answering(out -> forEver(() -> line(out, junk))))) {
            Throwable failure = failure(engine.get(slot.slot()));

            assertInstanceOf(TransportException.class, failure);
            assertTrue(failure.getMessage().contains("16384 values"), failure.getMessage());
            assertEquals(1, engine.counters().get(OpenDhtEvent.CUT_SHORT));
            assertEquals(SlotReader.MOST_VALUES, engine.counters().get(OpenDhtEvent.MALFORMED));
        }
    }

    @Test
    void shouldStopReadingALineThatDoesNotEnd() throws Exception {
        byte[] piece = "x".repeat(8_192).getBytes(UTF_8);
        try (OpenDht engine = OpenDht.open(answering(out -> forEver(() -> out.write(piece))))) {
            Throwable failure = failure(engine.get(slot.slot()));

            assertInstanceOf(TransportException.class, failure);
            assertEquals(1, engine.counters().get(OpenDhtEvent.OVERSIZED));
            assertEquals(1, engine.counters().get(OpenDhtEvent.CUT_SHORT));
        }
    }

    @Test
    void shouldReturnWhatItHasWhenTheAnswerDoesNotEnd() throws Exception {
        byte[] genuine = signed(1, new byte[] {1});
        OpenDhtConfig config = answering(out -> {
            line(out, ProxyLine.put(genuine));
            out.flush();
            forEver(() -> LockSupport.parkNanos(50_000_000));
        });
        try (OpenDht engine = OpenDht.open(OpenDhtConfig.builder(config.proxy())
                .getTimeout(Duration.ofMillis(500))
                .build())) {
            assertArrayEquals(new byte[] {1}, done(engine.get(slot.slot())).get(0));
            assertInstanceOf(
                    TransportException.class, failure(engine.get(Slots.random().slot())));
        }
    }

    private byte[] signed(long sequence, byte[] value) {
        return SignedValue.of(slot.slot(), sequence, inAMinute(), value).sign(slot.writer());
    }

    private static long inAMinute() {
        return Instant.now().getEpochSecond() + 60;
    }

    private interface Answer {
        void write(OutputStream out) throws IOException;
    }

    private interface Piece {
        void write() throws IOException;
    }

    private static void forEver(Piece piece) throws IOException {
        while (!Thread.currentThread().isInterrupted()) {
            piece.write(); // throws when the reader has gone
        }
    }

    private static void line(OutputStream out, byte[] line) throws IOException {
        out.write(line);
        out.write('\n');
    }

    /** A stand-in for a proxy. */
    private OpenDhtConfig answering(Answer answer) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                answer.write(out);
            } finally {
                exchange.close();
            }
        });
        server.start();
        return OpenDhtConfig.builder(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
                .build();
    }
}
