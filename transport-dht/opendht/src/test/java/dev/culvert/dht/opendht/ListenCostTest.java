package dev.culvert.dht.opendht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.dht.Dht;
import dev.culvert.dht.Eventually;
import dev.culvert.dht.SignedValue;
import dev.culvert.dht.WritableSlot;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What many subscriptions cost, at a stand-in for a proxy that counts them; and polling, at a real node. */
class ListenCostTest {
    private static final int SUBSCRIPTIONS = 1_000;
    private static final int STREAMS = 64;

    /** A proxy with one value for each slot, which counts what is open. */
    private static final class CountingProxy implements AutoCloseable {
        private final HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final Map<String, byte[]> values = new ConcurrentHashMap<>();
        private final AtomicInteger open = new AtomicInteger();
        private final AtomicInteger mostOpen = new AtomicInteger();
        private final AtomicInteger streams = new AtomicInteger();
        private final AtomicInteger mostStreams = new AtomicInteger();

        private CountingProxy() throws IOException {
            server.setExecutor(threads);
            server.createContext("/key/", this::answer);
            server.start();
        }

        private void answer(HttpExchange exchange) throws IOException {
            String path = exchange.getRequestURI().getPath().substring(1);
            boolean stream = path.endsWith("/listen");
            String key = stream ? path.substring(0, path.length() - "/listen".length()) : path;
            mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
            if (stream) {
                mostStreams.accumulateAndGet(streams.incrementAndGet(), Math::max);
            }
            try {
                exchange.sendResponseHeaders(200, 0);
                OutputStream out = exchange.getResponseBody();
                out.write(values.get(key));
                out.write('\n');
                out.flush();
                while (stream && !threads.isShutdown()) {
                    LockSupport.parkNanos(20_000_000);
                    out.write('\n'); // throws when the reader has gone
                    out.flush();
                }
                out.close();
            } finally {
                open.decrementAndGet();
                if (stream) {
                    streams.decrementAndGet();
                }
                exchange.close();
            }
        }

        private void store(WritableSlot slot) {
            long expiry = Instant.now().getEpochSecond() + 600;
            byte[] signed =
                    SignedValue.of(slot.slot(), 1, expiry, new byte[] {7}).sign(slot.writer());
            values.put(OpenDht.path(slot.slot()), ProxyLine.put(signed));
        }

        private OpenDhtConfig.Builder config() {
            return OpenDhtConfig.builder(
                    URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
        }

        @Override
        public void close() {
            threads.shutdownNow();
            server.stop(0);
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("culvert-dht-opendht"))
                .count();
    }

    @Test
    void shouldHoldAThousandSubscriptionsOnFewThreadsAndConnections() throws Exception {
        long threadsBefore = threads();
        try (CountingProxy proxy = new CountingProxy();
                OpenDht engine = OpenDht.open(proxy.config().build())) {
            Set<Integer> heard = ConcurrentHashMap.newKeySet();
            AtomicInteger calls = new AtomicInteger();
            List<Dht.Subscription> subscriptions = new ArrayList<>();
            for (int i = 0; i < SUBSCRIPTIONS; i++) {
                int number = i;
                WritableSlot slot = Slots.random();
                proxy.store(slot);
                subscriptions.add(engine.listen(slot.slot(), Duration.ofMillis(500), value -> {
                    heard.add(number);
                    calls.incrementAndGet();
                }));
            }

            Eventually.isTrue("each hears its value", () -> heard.size() == SUBSCRIPTIONS);
            assertEquals(STREAMS, proxy.streams.get());
            assertEquals(SUBSCRIPTIONS - STREAMS, engine.counters().get(OpenDhtEvent.NO_STREAM_LEFT));
            assertTrue(threads() - threadsBefore <= 3, threads() + " threads");

            // Others take over what the first ones leave, and hear nothing again.
            subscriptions.subList(0, SUBSCRIPTIONS / 2).forEach(Dht.Subscription::close);
            Eventually.isTrue(
                    "the first streams end", () -> proxy.mostStreams.get() > STREAMS || proxy.streams.get() < STREAMS);
            Eventually.isTrue("all streams are used again", () -> proxy.streams.get() == STREAMS);
            assertEquals(SUBSCRIPTIONS, calls.get());
            // The stand-in sees the end of a stream only when it next writes to it.
            assertTrue(proxy.mostStreams.get() <= 2 * STREAMS, proxy.mostStreams + " streams");
            assertTrue(
                    proxy.mostOpen.get() <= 2 * STREAMS + ProxyClient.MOST_REQUESTS, proxy.mostOpen + " connections");
        }
    }

    @Test
    void shouldHearEachValueOnceByPollingARealNode() throws Exception {
        WritableSlot slot = Slots.random();
        BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();
        OpenDhtConfig config =
                OpenDhtConfig.builder(DhtNodes.shared().proxy(1)).maxStreams(0).build();
        try (OpenDht engine = OpenDht.open(config);
                Dht.Subscription listening = engine.listen(slot.slot(), Duration.ofMillis(30), heard::add)) {
            assertNotNull(listening);
            for (byte sequence = 1; sequence <= 3; sequence++) {
                Slots.done(engine.put(slot, sequence, new byte[] {sequence}, Slots.TTL));
                assertArrayEquals(new byte[] {sequence}, Eventually.take(heard));
            }
            assertEquals(1, engine.counters().get(OpenDhtEvent.NO_STREAM_LEFT));
        }
        assertTrue(heard.isEmpty(), "a value twice");
    }

    @Test
    void shouldRefuseAnIntervalThatIsNone() throws Exception {
        try (CountingProxy proxy = new CountingProxy();
                OpenDht engine = OpenDht.open(proxy.config().build())) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> engine.listen(Slots.random().slot(), Duration.ZERO, value -> {}));
        }
    }
}
