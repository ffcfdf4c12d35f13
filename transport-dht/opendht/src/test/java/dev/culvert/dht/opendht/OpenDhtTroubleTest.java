package dev.culvert.dht.opendht;

import static dev.culvert.dht.opendht.Slots.done;
import static dev.culvert.dht.opendht.Slots.eventually;
import static dev.culvert.dht.opendht.Slots.failure;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.Dht;
import dev.culvert.dht.WritableSlot;
import dev.culvert.transport.TransportException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Proxies that are not there, go away, come back or know nobody. */
@Tag("real-time")
class OpenDhtTroubleTest {
    private final WritableSlot slot = Slots.random();

    @Test
    void shouldBootstrapOnARing() throws Exception {
        try (OpenDht engine = OpenDht.open(DhtNodes.shared().config(0))) {
            assertNull(done(engine.bootstrap()));
        }
    }

    @Test
    void shouldSayThatTheProxyIsNotThere() throws Exception {
        OpenDhtConfig nobody = OpenDhtConfig.builder(URI.create("http://127.0.0.1:" + DhtNodes.freePort()))
                .bootstrapTimeout(Duration.ofMillis(600))
                .build();
        try (OpenDht engine = OpenDht.open(nobody)) {
            for (CompletableFuture<?> call :
                    List.of(engine.bootstrap(), engine.put(slot, 1, new byte[1], Slots.TTL), engine.get(slot.slot()))) {
                Throwable failure = failure(call);
                assertInstanceOf(TransportException.class, failure);
                assertTrue(failure.getMessage().contains("check its address"), failure.getMessage());
            }
            assertFalse(done(engine.remove(slot)));
        }
    }

    @Test
    void shouldNotWaitForEverForAProxyThatIsSilent() throws Exception {
        try (ServerSocket silent = new ServerSocket(0);
                OpenDht engine =
                        OpenDht.open(OpenDhtConfig.builder(URI.create("http://127.0.0.1:" + silent.getLocalPort()))
                                .getTimeout(Duration.ofMillis(300))
                                .putTimeout(Duration.ofMillis(300))
                                .bootstrapTimeout(Duration.ofMillis(300))
                                .build())) {
            for (CompletableFuture<?> call :
                    List.of(engine.bootstrap(), engine.put(slot, 1, new byte[1], Slots.TTL), engine.get(slot.slot()))) {
                assertTrue(failure(call).getMessage().contains("PT0."), "names the time-out");
            }
            try (Socket accepted = silent.accept()) {
                assertNotNull(accepted);
            }
        }
    }

    @Test
    void shouldSayThatANodeIsAlone() throws Exception {
        try (DhtNodes lone = DhtNodes.start(1);
                OpenDht engine = OpenDht.open(OpenDhtConfig.builder(lone.proxy(0))
                        .bootstrapTimeout(Duration.ofMillis(500))
                        .build())) {
            Throwable put = failure(engine.put(slot, 1, new byte[1], Slots.TTL));
            assertInstanceOf(TransportException.class, put);
            assertTrue(put.getMessage().contains("no neighbours"), put.getMessage());
            assertTrue(failure(engine.bootstrap()).getMessage().contains("no good neighbours"));
        }
    }

    @Test
    void shouldFindARefreshedValueAfterItsFirstTimeIsOver() throws Exception {
        Instant start = Instant.now();
        Instant[] now = {start};
        InstantSource clock = () -> now[0];
        try (OpenDht engine = OpenDht.open(DhtNodes.shared().config(0), clock)) {
            done(engine.put(slot, 5, new byte[] {5}, Duration.ofMinutes(10)));
            now[0] = start.plus(Duration.ofMinutes(8));
            done(engine.put(slot, 5, new byte[] {5}, Duration.ofMinutes(10)));
            now[0] = start.plus(Duration.ofMinutes(15));

            assertEquals(1, done(engine.get(slot.slot())).size());
            now[0] = start.plus(Duration.ofMinutes(20));
            assertEquals(0, done(engine.get(slot.slot())).size());
            assertTrue(engine.counters().get(OpenDhtEvent.EXPIRED) >= 1);
        }
    }

    @Test
    void shouldGoOnListeningWhenTheProxyWasKilledAndCameBack() throws Exception {
        try (DhtNodes nodes = DhtNodes.start(3);
                OpenDht writer = OpenDht.open(nodes.config(1));
                OpenDht reader = OpenDht.open(nodes.config(2))) {
            BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();
            try (Dht.Subscription listening = reader.listen(slot.slot(), Duration.ofSeconds(1), heard::add)) {
                assertNotNull(listening);
                done(writer.put(slot, 1, new byte[] {1}, Slots.TTL));
                assertArrayEquals(new byte[] {1}, heard.poll(15, TimeUnit.SECONDS));
                // Under way when the proxy dies: it ends, one way or the other.
                CompletableFuture<List<byte[]>> get = reader.get(Slots.random().slot());
                nodes.kill(2);
                eventually("the get ends", get::isDone);
                assertInstanceOf(TransportException.class, failure(reader.put(slot, 9, new byte[1], Slots.TTL)));
                eventually("the stream is lost", () -> reader.counters().get(OpenDhtEvent.STREAM_LOST) >= 1);

                nodes.restart(2);
                done(writer.put(slot, 2, new byte[] {2}, Slots.TTL));

                assertArrayEquals(new byte[] {2}, heard.poll(15, TimeUnit.SECONDS));
                assertTrue(heard.isEmpty(), "a value twice");
            }
        }
    }

    @Test
    void shouldOpenAStreamAnewAtTheEndOfItsLife() throws Exception {
        BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();
        try (OpenDht engine =
                        OpenDht.open(OpenDhtConfig.builder(DhtNodes.shared().proxy(1))
                                .streamLife(Duration.ofMillis(300))
                                .build());
                Dht.Subscription listening = engine.listen(slot.slot(), Duration.ofSeconds(1), heard::add)) {
            assertNotNull(listening);
            done(engine.put(slot, 1, new byte[] {1}, Slots.TTL));
            eventually("two streams ended", () -> engine.counters().get(OpenDhtEvent.STREAM_LOST) >= 2);
            done(engine.put(slot, 2, new byte[] {2}, Slots.TTL));

            assertArrayEquals(new byte[] {1}, heard.poll(15, TimeUnit.SECONDS));
            assertArrayEquals(new byte[] {2}, heard.poll(15, TimeUnit.SECONDS));
        }
    }
}
