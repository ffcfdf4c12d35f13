package dev.culvert.ice.internal.ice4j;

import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.ice4j.StackProperties;
import org.jitsi.config.JitsiConfig;

/**
 * Settings that ice4j reads once, when its classes load, from the process: they must be in place before. What the app
 * has set itself stays. Touched by every way into the bridge.
 */
final class Ice4jSettings {
    private static final Map<String, String> PROPERTIES = Map.of(
            // Otherwise the first agent asks Amazon's metadata address and waits a second for it.
            "ice4j.harvest.mapping.aws.enabled",
            "false",
            "ice4j.redact-remote-addresses",
            "true",
            // No SOFTWARE attribute: 16 bytes a message, and nobody's business.
            "ice4j.software",
            "");

    /**
     * How long the first sending of a check waits for its answer. A NAT often drops it because its own side has not sent
     * yet, which is a matter of a round trip or less; ice4j's 100 ms would then be most of the time that connecting takes.
     * A property, as ice4j heeds what is said for a single request only after its first wait has begun.
     */
    static final int FIRST_WAIT_MILLIS = 25;

    /** Held, because java.util.logging forgets the level of a logger that nobody holds. */
    private static final Logger[] QUIETED = {
        Logger.getLogger("org.ice4j"), Logger.getLogger("org.jitsi"), Logger.getLogger("JitsiConfig")
    };

    static {
        // First of all: reading the configuration already logs.
        for (Logger logger : QUIETED) {
            if (logger.getLevel() == null) {
                logger.setLevel(Level.SEVERE); // at INFO it writes several lines for each check
            }
        }
        PROPERTIES.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
        if (System.getProperty(StackProperties.FIRST_CTRAN_RETRANS_AFTER) == null) {
            System.setProperty(StackProperties.FIRST_CTRAN_RETRANS_AFTER, Integer.toString(FIRST_WAIT_MILLIS));
        }
        // First ours, which leaves what it has parsed for ice4j's own to find.
        Ice4jConfig config = Ice4jConfig.load(PROPERTIES.keySet());
        // An app that has touched ice4j before us has already made it read the configuration; a value that it has also
        // used stays as it was.
        JitsiConfig.Companion.useDebugNewConfig(config);
    }

    private Ice4jSettings() {}

    /** Makes sure the settings are in place. */
    static void apply() {
        // The static initialiser has done it.
    }
}
