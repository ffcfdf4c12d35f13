package dev.culvert.cli;

import dev.culvert.ice.TurnCredentials;
import dev.culvert.ice.TurnServer;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that name TURN servers. The password is read from the environment: others can see a command line. */
final class RelayOptions {
    private static final String PASSWORD = "CULVERT_TURN_PASSWORD";

    @Option(
            names = "--turn",
            paramLabel = "URI",
            description = "A TURN server, as turn:HOST:PORT?transport=tcp or turns:HOST; may be repeated.")
    private List<String> uris = new ArrayList<>();

    @Option(
            names = "--turn-user",
            paramLabel = "NAME",
            description = "The user there; the password is in the environment variable " + PASSWORD + ".")
    private String user = "";

    @Option(names = "--relay-only", description = "Let the far end learn no address but a relay's.")
    private boolean only;

    /**
     * The servers.
     *
     * @throws IllegalArgumentException if one is malformed, or user or password is missing
     */
    List<TurnServer> servers() {
        if (uris.isEmpty()) {
            return List.of();
        }
        String password = System.getenv().getOrDefault(PASSWORD, "");
        if (user.isEmpty() || password.isEmpty()) {
            throw new IllegalArgumentException("--turn goes with --turn-user, and with the password in " + PASSWORD);
        }
        TurnCredentials credentials = new TurnCredentials(user, password);
        return uris.stream().map(uri -> TurnServer.parse(uri, credentials)).toList();
    }

    boolean only() {
        return only;
    }
}
