package dev.culvert.ice.internal.ports;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** An answer over HTTP/1.1 on a connection that is closed after it; RFC 9112 sections 4, 6 and 7.1. */
record HttpReply(int status, byte[] body) {
    /** Descriptions of routers have some kilobytes. More, headers included, is not read. */
    static final int MAX_BYTES = 64 << 10;

    /** Whether more has to come, or what came is no reply. */
    static final class BadReplyException extends Exception {
        private static final long serialVersionUID = 1;

        BadReplyException(String message) {
            super(message);
        }
    }

    /**
     * Reads what has come so far.
     *
     * @param ended whether the other side has closed
     * @return empty if more is to come
     */
    static Optional<HttpReply> parse(byte[] bytes, boolean ended) throws BadReplyException {
        String text = new String(bytes, ISO_8859_1);
        int headEnd = text.indexOf("\r\n\r\n");
        if (headEnd < 0) {
            return more(ended);
        }
        String head = text.substring(0, headEnd);
        int status = head.startsWith("HTTP/1.") && head.length() >= 12 ? Ipv4.decimal(head.substring(9, 12), 3) : -1;
        if (status < 100) {
            throw new BadReplyException("no status line");
        }
        int start = headEnd + 4;
        if (status < 200) {
            return parse(Arrays.copyOfRange(bytes, start, bytes.length), ended); // 100 Continue, unasked for
        }
        Optional<byte[]> body =
                header(head, "transfer-encoding").toLowerCase(Locale.ROOT).contains("chunked")
                        ? chunked(bytes, text, start)
                        : plain(bytes, start, header(head, "content-length"), ended);
        return body.isPresent() ? Optional.of(new HttpReply(status, body.get())) : more(ended);
    }

    private static <T> Optional<T> more(boolean ended) throws BadReplyException {
        if (ended) {
            throw new BadReplyException("cut short");
        }
        return Optional.empty();
    }

    private static Optional<byte[]> plain(byte[] bytes, int start, String lengthText, boolean ended)
            throws BadReplyException {
        if (lengthText.isEmpty()) {
            return ended ? Optional.of(Arrays.copyOfRange(bytes, start, bytes.length)) : Optional.empty();
        }
        int length = Ipv4.decimal(lengthText, 6);
        if (length < 0 || length > MAX_BYTES) {
            throw new BadReplyException("a length of " + lengthText.length() + " digits");
        }
        return bytes.length - start < length
                ? Optional.empty()
                : Optional.of(Arrays.copyOfRange(bytes, start, start + length));
    }

    private static Optional<byte[]> chunked(byte[] bytes, String text, int start) throws BadReplyException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int at = start;
        while (true) {
            int lineEnd = text.indexOf("\r\n", at);
            if (lineEnd < 0) {
                return Optional.empty();
            }
            int length = chunkLength(text.substring(at, lineEnd));
            if (length == 0) {
                return Optional.of(body.toByteArray());
            }
            int chunk = lineEnd + 2;
            if (bytes.length - chunk < length + 2) {
                return Optional.empty();
            }
            body.write(bytes, chunk, length);
            at = chunk + length + 2;
        }
    }

    private static int chunkLength(String line) throws BadReplyException {
        int extension = line.indexOf(';');
        String digits = (extension < 0 ? line : line.substring(0, extension)).trim();
        try {
            int length = digits.length() > 5 ? -1 : Integer.parseInt(digits, 16);
            if (length >= 0 && length <= MAX_BYTES) {
                return length;
            }
        } catch (NumberFormatException e) {
            throw new BadReplyException("no chunk length");
        }
        throw new BadReplyException("a chunk too long");
    }

    private static String header(String head, String name) {
        for (String line : head.split("\r\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0
                    && line.substring(0, colon).trim().toLowerCase(Locale.ROOT).equals(name)) {
                return line.substring(colon + 1).trim();
            }
        }
        return "";
    }
}
