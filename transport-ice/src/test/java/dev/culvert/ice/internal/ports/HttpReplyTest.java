package dev.culvert.ice.internal.ports;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.culvert.ice.internal.ports.HttpReply.BadReplyException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpReplyTest {
    private static final String CHUNKED = """
            HTTP/1.1 200 OK\r
            transfer-encoding:  Chunked\r
            \r
            5\r
            hello\r
            6;name=value\r
             world\r
            0\r
            \r
            """;

    private static Optional<String> body(String text, boolean ended) throws BadReplyException {
        return HttpReply.parse(text.getBytes(ISO_8859_1), ended).map(reply -> new String(reply.body(), ISO_8859_1));
    }

    @Test
    void shouldReadABodyOfKnownLengthWithoutWaitingForTheEnd() throws BadReplyException {
        String text = "HTTP/1.1 200 OK\r\nCONTENT-LENGTH: 5\r\n\r\nhello";

        assertEquals(Optional.of("hello"), body(text, false));
        assertEquals(Optional.of("hello"), body(text + "more", true));
        assertEquals(Optional.of(""), body("HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n", false));
    }

    @Test
    void shouldWaitForEveryByteOfIt() throws BadReplyException {
        String text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        for (int length = 0; length < text.length(); length++) {
            String part = text.substring(0, length);
            assertEquals(Optional.empty(), body(part, false), part);
            assertThrows(BadReplyException.class, () -> body(part, true), part);
        }
    }

    @Test
    void shouldReadChunks() throws BadReplyException {
        assertEquals(Optional.of("hello world"), body(CHUNKED, false));
        for (int length = 0; length < CHUNKED.length() - 4; length++) {
            String part = CHUNKED.substring(0, length);
            assertEquals(Optional.empty(), body(part, false), part);
        }
    }

    @Test
    void shouldReadABodyThatTheEndEnds() throws BadReplyException {
        String text = "HTTP/1.0 200 OK\r\nServer: old\r\n\r\nhello";

        assertEquals(Optional.empty(), body(text, false));
        assertEquals(Optional.of("hello"), body(text, true));
    }

    @Test
    void shouldPassOverAnInterimReply() throws BadReplyException {
        assertEquals(
                Optional.of("x"),
                body("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 No\r\nContent-Length: 1\r\n\r\nx", false));
        String endless = "HTTP/1.1 100 Continue\r\n\r\n".repeat(HttpReply.MAX_BYTES / 25);
        assertEquals(Optional.empty(), body(endless, false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n\r\n",
                "HTTP/2 200 OK\r\n\r\n",
                "HTTP/1.1 20\r\n\r\n",
                "HTTP/1.1 -20 OK\r\n\r\n",
                "SSH-2.0-server\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n"
            })
    void shouldRefuseWhatIsNoReplyOrTooLong(String text) {
        assertThrows(BadReplyException.class, () -> body(text, false));
    }
}
