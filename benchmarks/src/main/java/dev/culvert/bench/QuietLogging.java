package dev.culvert.bench;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;

/**
 * Keeps ice4j quiet on both sides of a comparison, as it writes several lines for each connection, and lets warnings of all else through. Made by
 * {@link LogManager} in JVMs that are started with {@link #OPTION}.
 */
public final class QuietLogging {
    static final String OPTION = "-Djava.util.logging.config.class=" + QuietLogging.class.getName();

    private static final String CONFIGURATION = """
            handlers=java.util.logging.ConsoleHandler
            java.util.logging.ConsoleHandler.level=WARNING
            .level=WARNING
            org.ice4j.level=OFF
            org.jitsi.level=OFF
            """;

    /** Called by {@link LogManager}. */
    public QuietLogging() throws IOException {
        LogManager.getLogManager()
                .readConfiguration(new ByteArrayInputStream(CONFIGURATION.getBytes(StandardCharsets.ISO_8859_1)));
    }
}
