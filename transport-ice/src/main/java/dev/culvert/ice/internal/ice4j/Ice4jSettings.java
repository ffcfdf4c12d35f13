package dev.culvert.ice.internal.ice4j;

import java.time.Duration;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.ice4j.ice.AgentConfig;
import org.jitsi.config.JitsiConfig;
import org.slf4j.LoggerFactory;

/**
 * Settings that ice4j reads once, when its classes load, from the process: they must be in place before. What the app
 * has set itself stays. Touched by every way into the bridge.
 */
final class Ice4jSettings {
    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(Ice4jSettings.class);

    /** How often the selected pair is checked; RFC 7675 section 5.1 says 5 s, ice4j's own default is 15 s. */
    private static final String CONSENT_INTERVAL = "ice4j.consent-freshness.interval";

    /** Consent expires after 30 s, which must be time for two checks and their repetitions. */
    private static final Duration SLOWEST_CONSENT = Duration.ofSeconds(10);

    private static final Map<String, String> PROPERTIES = Map.of(
            CONSENT_INTERVAL,
            "5 seconds",
            // A check is missed after 6 sends half a second apart.
            "ice4j.consent-freshness.max-retransmissions",
            "5",
            // Otherwise the first agent asks Amazon's metadata address and waits a second for it.
            "ice4j.harvest.mapping.aws.enabled",
            "false",
            "ice4j.redact-remote-addresses",
            "true",
            // No SOFTWARE attribute: 16 bytes a message, and nobody's business.
            "ice4j.software",
            "");

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
        // First ours, which leaves what it has parsed for ice4j's own to find.
        Ice4jConfig config = Ice4jConfig.load(PROPERTIES.keySet());
        // An app that has touched ice4j before us has already made it read the configuration; a value that it has also
        // used stays as it was.
        JitsiConfig.Companion.useDebugNewConfig(config);
        warnIfTooLate();
    }

    private Ice4jSettings() {}

    private static void warnIfTooLate() {
        Duration interval = AgentConfig.config.getConsentFreshnessInterval();
        if (interval.compareTo(SLOWEST_CONSENT) > 0) {
            LOG.warn(
                    "ice4j checks the selected pair only every {}, so a lost peer is noticed late: open the first"
                            + " IceEndpoint before anything else uses ice4j, or set the system property {}",
                    interval,
                    CONSENT_INTERVAL);
        }
    }

    /** Makes sure the settings are in place. */
    static void apply() {
        // The static initialiser has done it.
    }
}
