package dev.culvert.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What goes back, when it is over, and when it went well; in virtual time. */
class DatagramExchangeTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Duration IDLE = Duration.ofSeconds(2);

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static void sendAll(DatagramExchange exchange, long now) {
        while (exchange.next().isPresent()) {
            exchange.onSent(now);
        }
    }

    @Test
    void shouldNumberWhatItSendsAndEndWhenAllIsBack() {
        DatagramExchange exchange = new DatagramExchange("x", 2, true, false, 0, IDLE);
        assertArrayEquals(bytes("x 1"), exchange.next().orElseThrow());
        sendAll(exchange, 0);

        assertFalse(exchange.onReceived(bytes("x 2"), SECOND));
        assertFalse(exchange.onReceived(bytes("x 2"), SECOND)); // twice is not both
        assertFalse(exchange.isOver(10 * SECOND));
        assertFalse(exchange.wentWell());

        exchange.onReceived(bytes("x 1"), 11 * SECOND);
        assertFalse(exchange.isOver(12 * SECOND));
        assertTrue(exchange.isOver(13 * SECOND));
        assertTrue(exchange.wentWell());
        assertEquals("sent 2, of these came back 2, received 0", exchange.toString());
    }

    @Test
    void shouldSendOneAsItIs() {
        DatagramExchange exchange = new DatagramExchange("x", 1, false, false, 0, IDLE);

        assertArrayEquals(bytes("x"), exchange.next().orElseThrow());
    }

    @Test
    void shouldSendBackWhatIsNotItsOwn() {
        DatagramExchange exchange = new DatagramExchange("x", 1, false, true, 0, IDLE);

        assertTrue(exchange.onReceived(bytes("y"), 0));
        assertFalse(exchange.onReceived(bytes("x"), 0), "it would circle");
    }

    @Test
    void shouldOnlyEchoWhenAsked() {
        DatagramExchange exchange = new DatagramExchange("x", 1, false, false, 0, IDLE);

        assertFalse(exchange.onReceived(bytes("y"), 0));
    }

    @Test
    void shouldBeContentWithAFarEndThatSendsSomethingOfItsOwn() {
        DatagramExchange exchange = new DatagramExchange("x", 2, true, false, 0, IDLE);
        sendAll(exchange, 0);
        assertFalse(exchange.wentWell());

        exchange.onReceived(bytes("y"), SECOND);

        assertTrue(exchange.wentWell());
        assertFalse(exchange.isOver(100 * SECOND), "ours may still come back");
    }

    @Test
    void shouldNotBeContentBeforeAllIsSent() {
        DatagramExchange exchange = new DatagramExchange("x", 2, true, false, 0, IDLE);
        exchange.onSent(0);
        exchange.onReceived(bytes("y"), 0);

        assertFalse(exchange.wentWell());
    }

    @Test
    void shouldEchoUntilNothingMoreComes() {
        DatagramExchange exchange = new DatagramExchange(null, 1, false, true, 0, IDLE);
        exchange.begin(0);
        assertFalse(exchange.isOver(100 * SECOND));
        assertFalse(exchange.wentWell());

        exchange.onReceived(bytes("y"), 100 * SECOND);

        assertFalse(exchange.isOver(101 * SECOND));
        assertTrue(exchange.isOver(102 * SECOND));
        assertTrue(exchange.wentWell());
    }

    @Test
    void shouldNeverBeOverByItselfWhenNothingIsWanted() {
        DatagramExchange exchange = new DatagramExchange(null, 1, false, false, 0, IDLE);
        exchange.begin(0);
        exchange.onReceived(bytes("y"), 0);

        assertFalse(exchange.isOver(1_000 * SECOND));
        assertTrue(exchange.isQuiet(2 * SECOND));
        assertFalse(exchange.hasBothWays());

        exchange.onTypedSent(2 * SECOND);

        assertTrue(exchange.hasBothWays());
        assertFalse(exchange.isQuiet(3 * SECOND));
    }

    @Test
    void shouldWaitForWhatItExpects() {
        DatagramExchange exchange = new DatagramExchange("x", 1, false, true, 2, IDLE);
        sendAll(exchange, 0);
        exchange.onReceived(bytes("x"), 0);
        exchange.onReceived(bytes("y"), 0);
        assertFalse(exchange.isOver(100 * SECOND));
        assertFalse(exchange.wentWell());

        exchange.onReceived(bytes("z"), 100 * SECOND);

        assertTrue(exchange.isOver(102 * SECOND));
        assertTrue(exchange.wentWell());
    }
}
