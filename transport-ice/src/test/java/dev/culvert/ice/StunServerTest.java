package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StunServerTest {
    @ParameterizedTest
    @CsvSource({
        "stun.example.org, stun.example.org, 3478",
        "stun.example.org:19302, stun.example.org, 19302",
        "192.0.2.1, 192.0.2.1, 3478",
        "192.0.2.1:1, 192.0.2.1, 1",
        "192.0.2.1:65535, 192.0.2.1, 65535",
        "[2001:db8::1], 2001:db8::1, 3478",
        "[2001:db8::1]:5000, 2001:db8::1, 5000",
        "2001:db8::1, 2001:db8::1, 3478"
    })
    void shouldParse(String text, String host, int port) {
        assertEquals(new StunServer(host, port), StunServer.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", ":3478", "host:", "host:0", "host:65536", "host:-1", "host:port", "[::1]:", "[]", "h:9x"
            })
    void shouldRefuseAndSayWhatIsExpected(String text) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> StunServer.parse(text));

        assertTrue(refused.getMessage().contains("host:port"), refused.getMessage());
    }

    @Test
    void shouldPrintWhatItParses() {
        for (String text : new String[] {"stun.example.org:3478", "[2001:db8::1]:5000", "192.0.2.1:9"}) {
            assertEquals(text, StunServer.parse(text).toString());
        }
    }
}
