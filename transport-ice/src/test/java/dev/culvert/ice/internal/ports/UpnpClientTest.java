package dev.culvert.ice.internal.ports;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A router of the test's own on loopback, which answers as the tests tell it; this thread plays the ports thread. */
@Timeout(30)
class UpnpClientTest {
    private static final Inet4Address LOOPBACK = Ipv4.of(0x7f000001);
    private static final String OK = "<a/>";

    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final List<String> answers = new CopyOnWriteArrayList<>();
    private final List<String> events = new ArrayList<>();
    private HttpServer server;
    private Selector selector;
    private UpnpClient client;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
        server.createContext("/", this::serve);
        server.start();
        selector = Selector.open();
        client = new UpnpClient(selector, LOOPBACK, 4_000, LOOPBACK, new Recorder(), new SecureRandom());
        client.found(new UpnpUrl(LOOPBACK, server.getAddress().getPort(), "/desc.xml"), System.nanoTime());
    }

    @AfterEach
    void stop() throws IOException {
        assertTrue(selector.keys().stream().noneMatch(SelectionKey::isValid), "a connection was left open");
        selector.close();
        server.stop(0);
    }

    private void serve(HttpExchange exchange) throws IOException {
        String request = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        String answer;
        if (exchange.getRequestURI().getPath().equals("/desc.xml")) {
            answer = UpnpServiceTest.description("urn:schemas-upnp-org:service:WANIPConnection:1", "/ctl");
        } else if (request.contains("GetExternalIPAddress")) {
            answer = "<a><NewExternalIPAddress>203.0.113.7</NewExternalIPAddress></a>";
        } else {
            calls.add(inShort(request));
            answer = answers.isEmpty() ? OK : answers.remove(0);
        }
        byte[] bytes = answer.getBytes(UTF_8);
        exchange.sendResponseHeaders(answer.contains("errorCode") ? 500 : 200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static String inShort(String request) {
        Matcher port = Pattern.compile("<NewExternalPort>(\\d+)<").matcher(request);
        Matcher lease = Pattern.compile("<NewLeaseDuration>(\\d+)<").matcher(request);
        String what = request.contains("DeletePortMapping") ? "delete " : "add ";
        return what + (port.find() ? port.group(1) : "?") + (lease.find() ? " " + lease.group(1) : "");
    }

    private static String error(int code) {
        return "<a><errorCode>" + code + "</errorCode></a>";
    }

    private final class Recorder implements PortClient.Events {
        @Override
        public void answered(PortProtocol protocol, long nowNanos) {
            events.add("answered");
        }

        @Override
        public void absent(PortProtocol protocol, long nowNanos) {
            events.add("absent");
        }

        @Override
        public void granted(PortProtocol protocol, PortGrant grant, long epochSeconds, long nowNanos) {
            assertEquals(NO_EPOCH, epochSeconds);
            assertEquals("203.0.113.7", grant.external().getAddress().getHostAddress());
            events.add("granted " + grant.external().getPort());
        }

        @Override
        public void refused(PortProtocol protocol, String why, long nowNanos) {
            events.add("refused " + why);
        }

        @Override
        public void removed(PortProtocol protocol, long nowNanos) {
            events.add("removed");
        }
    }

    /** Asks, and plays the ports thread until there is an event. */
    private String ask(long lifetimeSeconds) throws IOException {
        events.clear();
        client.map(lifetimeSeconds, System.nanoTime());
        while (events.isEmpty()) {
            selector.select(
                    key -> ((SelectorTask) key.attachment()).onReady(key, System.nanoTime()),
                    Duration.ofSeconds(20).toMillis());
        }
        return events.get(0);
    }

    @Test
    void shouldAskForAnHourAndDelete() throws IOException {
        assertEquals("granted 4000", ask(3_600));
        assertEquals("granted 4000", ask(3_600));
        assertEquals("removed", ask(0));

        assertEquals(List.of("add 4000 3600", "add 4000 3600", "delete 4000"), calls);
    }

    @Test
    void shouldAskForEverWhereTheRouterKnowsNothingElse() throws IOException {
        answers.add(error(725));

        assertEquals("granted 4000", ask(3_600));
        assertEquals("granted 4000", ask(3_600));
        assertEquals("removed", ask(0));

        assertEquals(List.of("add 4000 3600", "add 4000 0", "add 4000 0", "delete 4000"), calls);
    }

    @Test
    void shouldTryOtherPortsWhereItsOwnIsTakenAndDeleteTheOneItGot() throws IOException {
        answers.addAll(List.of(error(718), error(718)));

        String granted = ask(3_600);
        ask(0);

        assertEquals(4, calls.size(), calls::toString);
        String port = granted.substring("granted ".length());
        assertEquals("add " + port + " 3600", calls.get(2));
        assertEquals("delete " + port, calls.get(3));
    }

    @Test
    void shouldNotTryForEver() throws IOException {
        for (int i = 0; i < 10; i++) {
            answers.add(error(718));
        }

        assertEquals("refused error 718", ask(3_600));
        assertEquals(4, calls.size(), calls::toString);
        assertEquals("removed", ask(0), "there is nothing to delete");
        assertEquals(4, calls.size(), calls::toString);
    }

    @Test
    void shouldNotAskInACircleForEver() throws IOException {
        answers.addAll(List.of(error(725), error(725)));

        assertEquals("refused error 725", ask(3_600));
        assertEquals(2, calls.size(), calls::toString);
    }

    @Test
    void shouldTakeAFailedDeletionForOne() throws IOException {
        ask(3_600);
        answers.add(error(714));

        assertEquals("removed", ask(0));
    }

    @Test
    void shouldTellARefusalAndAnAnswerThatIsNone() throws IOException {
        answers.add(error(606));
        assertEquals("refused error 606", ask(3_600));
        answers.add("not XML");
        assertEquals("refused HTTP status 200", ask(3_600));
    }
}
