package dev.culvert.ice.internal.ice4j;

import com.typesafe.config.ConfigFactory;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Settings that ice4j reads once, when its classes load, from the process: they must be in place before. What the app
 * has set itself stays. Touched by every way into the bridge.
 */
final class Ice4jSettings {
    /** How often the selected pair is checked; RFC 7675 section 5.1 says 5 s, ice4j's own default is 15 s. */
    private static final Map<String, String> PROPERTIES = Map.of(
            "ice4j.consent-freshness.interval", "5 seconds",
            // A check is missed after 6 sends half a second apart.
            "ice4j.consent-freshness.max-retransmissions", "5",
            // Otherwise the first agent asks Amazon's metadata address and waits a second for it.
            "ice4j.harvest.mapping.aws.enabled", "false",
            "ice4j.redact-remote-addresses", "true",
            // No SOFTWARE attribute: 16 bytes a message, and nobody's business.
            "ice4j.software", "");

    /** Held, because java.util.logging forgets the level of a logger that nobody holds. */
    private static final Logger[] QUIETED = {Logger.getLogger("org.ice4j"), Logger.getLogger("org.jitsi")};

    static {
        PROPERTIES.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
        ConfigFactory.invalidateCaches();
        for (Logger logger : QUIETED) {
            if (logger.getLevel() == null) {
                logger.setLevel(Level.SEVERE); // at INFO it writes several lines for each check
            }
        }
    }

    private Ice4jSettings() {}

    /** Makes sure the settings are in place. */
    static void apply() {
        // The static initialiser has done it.
    }
}
