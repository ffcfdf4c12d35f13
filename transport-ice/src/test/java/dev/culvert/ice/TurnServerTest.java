package dev.culvert.ice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TurnServerTest {
    private static final TurnCredentials ME = new TurnCredentials("me", "secret");

    @ParameterizedTest
    @CsvSource({
        "turn:turn.example.org, turn.example.org, 3478, UDP",
        "turn:turn.example.org:80?transport=tcp, turn.example.org, 80, TCP",
        "TURN:[2001:db8::1]:3479?transport=udp, 2001:db8::1, 3479, UDP",
        "turns:turn.example.org, turn.example.org, 5349, TLS",
        "turns:turn.example.org:443?transport=tcp, turn.example.org, 443, TLS"
    })
    void shouldReadUris(String uri, String host, int port, TurnTransport transport) {
        TurnServer server = TurnServer.parse(uri, ME);

        assertEquals(host, server.host());
        assertEquals(port, server.port());
        assertEquals(transport, server.transport());
        assertEquals(server.toString(), TurnServer.parse(server.toString(), ME).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "turn",
                "stun:a",
                "turn:",
                "turn:a:0",
                "turn:a:b",
                "turn:a?transport=sctp",
                "turns:a?transport=udp"
            })
    void shouldRefuseWhatIsNone(String uri) {
        assertThrows(IllegalArgumentException.class, () -> TurnServer.parse(uri, ME));
    }

    @Test
    void shouldTellNoPassword() {
        assertFalse(ME.toString().contains("secret"));
        assertFalse(new TurnServer("a", 1, TurnTransport.UDP, ME).toString().contains("secret"));
    }

    /** Made with {@code openssl dgst -sha1 -hmac north -binary | base64} over the name. */
    @Test
    void shouldMakeTimeLimitedCredentialsAsServersCheckThem() {
        TurnCredentials made =
                TurnCredentials.timeLimited("alice", "north".getBytes(UTF_8), Instant.ofEpochSecond(1_900_000_000));

        assertEquals("1900000000:alice", made.username());
        assertEquals("SnH0MEKWgnUzXU+ElSVhRG+O/9g=", made.password());
    }
}
