package dev.culvert.ice.internal.ports;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that answer too much, too slowly or not at all. This thread plays the ports thread. */
@Timeout(30)
class HttpExchangeTest {
    private static final Inet4Address LOOPBACK = Ipv4.of(0x7f000001);

    private final List<HttpReply> replies = new ArrayList<>();
    private ServerSocket server;
    private Selector selector;
    private HttpExchange exchange;
    private long start;
    private int ends;

    @BeforeEach
    void open() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
        selector = Selector.open();
    }

    @AfterEach
    void close() throws IOException {
        exchange.close();
        server.close();
        selector.close();
    }

    private void begin() {
        start = System.nanoTime();
        exchange = HttpExchange.start(
                        selector,
                        LOOPBACK,
                        (InetSocketAddress) server.getLocalSocketAddress(),
                        "GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8),
                        (reply, now) -> {
                            ends++;
                            replies.add(reply);
                        },
                        start)
                .orElseThrow();
    }

    private void turn() throws IOException {
        selector.select(key -> ((SelectorTask) key.attachment()).onReady(key, System.nanoTime()), 100);
    }

    @Test
    void shouldReadNoEndlessReply() throws Exception {
        begin();
        Thread flood = new Thread(() -> {
            try (Socket peer = server.accept()) {
                byte[] piece = "x".repeat(10_000).getBytes(UTF_8);
                peer.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(UTF_8));
                while (true) {
                    peer.getOutputStream().write(piece);
                }
            } catch (IOException e) {
                return; // the other side had enough
            }
        });
        flood.start();
        while (ends == 0) {
            turn();
        }
        turn(); // which closes what was let go of
        flood.join();

        assertNull(replies.get(0));
        assertEquals(1, ends);
    }

    @Test
    void shouldNotWaitForAReplyThatTrickles() throws IOException {
        begin();
        try (Socket peer = server.accept()) {
            peer.getOutputStream().write("HTTP/1.1 200 OK\r\n".getBytes(UTF_8));
            turn();
            turn();
            exchange.onTime(start + HttpExchange.LIMIT.toNanos() - 1);
            assertEquals(0, ends);
            peer.getOutputStream().write("X: y\r\n".getBytes(UTF_8));
            turn();
            exchange.onTime(start + HttpExchange.LIMIT.toNanos());

            assertNull(replies.get(0));
            exchange.onTime(start + Duration.ofSeconds(9).toNanos());
            assertEquals(1, ends);
        }
    }

    @Test
    void shouldEndWhenNobodyListensOrTheServerHangsUp() throws IOException {
        begin();
        server.accept().close();
        while (ends == 0) {
            turn();
        }
        assertNull(replies.get(0));

        server.close();
        begin();
        while (ends == 1) {
            turn();
        }
        assertNull(replies.get(1));
    }

    @Test
    void shouldTellNothingAfterItWasClosed() throws IOException {
        begin();
        exchange.close();
        turn();
        exchange.onTime(start + Duration.ofSeconds(9).toNanos());

        assertEquals(0, ends);
        assertTrue(selector.keys().isEmpty());
    }
}
