package dev.culvert.natlab;

import dev.culvert.transport.PrivacyMode;
import java.time.Duration;
import java.util.List;

/**
 * How a messenger of the laboratory opens its transport. Immutable.
 *
 * @param servers STUN and TURN
 * @param privacy the mode; others than DIRECT let the DHT see the address
 * @param connectTimeout of the transport; zero for its default
 * @param pollInterval how often offers are looked for
 * @param signalServer whether peers find each other over a server of the app's own instead of the DHT
 * @param queueAfter how long messages wait for a connection; zero for the transport's default
 */
public record MessengerSettings(
        Servers servers,
        PrivacyMode privacy,
        Duration connectTimeout,
        Duration pollInterval,
        boolean signalServer,
        Duration queueAfter) {
    /** How many words of a line one is. */
    static final int WORDS = 9;

    /** A transport that polls quickly, and has the defaults otherwise. */
    public MessengerSettings(Servers servers, PrivacyMode privacy) {
        this(servers, privacy, Duration.ZERO, Duration.ofSeconds(1), false, Duration.ZERO);
    }

    /** The same with another limit for a connection. */
    public MessengerSettings withConnectTimeout(Duration limit) {
        return new MessengerSettings(servers, privacy, limit, pollInterval, signalServer, queueAfter);
    }

    /** The same with a signalling server. */
    public MessengerSettings withSignalServer() {
        return new MessengerSettings(servers, privacy, connectTimeout, pollInterval, true, queueAfter);
    }

    /** The same with another wait before messages are queued. */
    public MessengerSettings withQueueAfter(Duration wait) {
        return new MessengerSettings(servers, privacy, connectTimeout, pollInterval, signalServer, wait);
    }

    /** As {@link #WORDS} words of a line. */
    String words() {
        return servers.words() + " " + privacy + " " + connectTimeout.toMillis() + " " + pollInterval.toMillis() + " "
                + signalServer + " " + queueAfter.toMillis();
    }

    /** Reads as many words of a line. */
    static MessengerSettings parse(List<String> words) {
        return new MessengerSettings(
                Servers.parse(words.subList(0, 4)),
                PrivacyMode.valueOf(words.get(4)),
                Duration.ofMillis(Long.parseLong(words.get(5))),
                Duration.ofMillis(Long.parseLong(words.get(6))),
                Boolean.parseBoolean(words.get(7)),
                Duration.ofMillis(Long.parseLong(words.get(8))));
    }
}
