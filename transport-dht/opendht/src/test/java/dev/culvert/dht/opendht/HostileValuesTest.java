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
import dev.culvert.transport.TransportException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A proxy that is hostile itself, or shows what strangers planted; real nodes are in the contract's test. */
@Tag("real-time")
class HostileValuesTest {
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
