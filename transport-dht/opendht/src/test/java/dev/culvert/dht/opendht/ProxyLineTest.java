package dev.culvert.dht.opendht;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProxyLineTest {
    @Test
    void shouldReadTheLinesOfARealProxy() {
        ProxyLine.Value value = value("{\"data\":\"aGVsbG8=\",\"id\":\"12345\",\"type\":0}");
        assertArrayEquals("hello".getBytes(UTF_8), value.data());
        assertFalse(value.expired());
        assertTrue(value("{\"data\":\"eA==\",\"expired\":true,\"id\":\"1\",\"type\":0}")
                .expired());
        assertEquals(
                2,
                ProxyLine.goodNodes(
                        "{\"ipv4\":{\"dubious\":1,\"good\":2,\"incoming\":0},\"ipv6\":{\"good\":0},\"ops\":1}\n"
                                .getBytes(UTF_8)));
    }

    @Test
    void shouldReadWhatItWritesItself() {
        assertArrayEquals(
                new byte[] {-1, 0, 1},
                ProxyLine.value(ProxyLine.put(new byte[] {-1, 0, 1}))
                        .orElseThrow()
                        .data());
    }

    @Test
    void shouldGiveOneIdToTheSameBytesOnly() {
        assertEquals(ProxyLine.id(new byte[] {1, 2}), ProxyLine.id(new byte[] {1, 2}));
        assertNotEquals(ProxyLine.id(new byte[] {1, 2}), ProxyLine.id(new byte[] {1, 3}));
    }

    @Test
    void shouldRefuseEverythingElse() {
        for (String line : List.of(
                "",
                "{",
                "[]",
                "null",
                "{}",
                "{\"data\":7}",
                "{\"data\":\"?\"}",
                "{'data':'eA=='}",
                "{\"data\":\"eA==\"",
                "{\"data\":\"eA==\"} {}",
                "{\"id\":\"1\"}",
                "{\"x\":" + "[".repeat(90_000),
                "\u0000")) {
            assertTrue(ProxyLine.value(line.getBytes(UTF_8)).isEmpty(), line.substring(0, Math.min(30, line.length())));
            assertEquals(0, ProxyLine.goodNodes(line.getBytes(UTF_8)));
        }
        assertEquals(0, ProxyLine.goodNodes("{\"ipv4\":{\"good\":1e99}}".getBytes(UTF_8)));
        assertEquals(0, ProxyLine.goodNodes("{\"ipv4\":{\"good\":-3}}".getBytes(UTF_8)));
    }

    @Test
    void shouldCutLinesWhereverThePiecesEnd() {
        byte[] text = "one\ntwo\n\nmuch too long\nlast".getBytes(UTF_8);
        for (int piece = 1; piece <= text.length; piece++) {
            List<String> lines = new ArrayList<>();
            int[] skipped = new int[1];
            LineSplitter splitter = new LineSplitter(5, () -> skipped[0]++);
            for (int at = 0; at < text.length; at += piece) {
                assertTrue(splitter.read(
                        ByteBuffer.wrap(text, at, Math.min(piece, text.length - at)),
                        line -> lines.add(new String(line, UTF_8))));
            }
            splitter.end(line -> lines.add(new String(line, UTF_8)));

            assertEquals(List.of("one", "two", "last"), lines);
            assertEquals(1, skipped[0]);
        }
    }

    @Test
    void shouldStopReadingWhenTheTakerHasEnough() {
        LineSplitter splitter = new LineSplitter(5, () -> {});
        List<String> lines = new ArrayList<>();

        assertFalse(splitter.read(ByteBuffer.wrap("a\nb\nc\n".getBytes(UTF_8)), line -> {
            lines.add(new String(line, UTF_8));
            return lines.size() < 2;
        }));

        assertEquals(List.of("a", "b"), lines);
    }

    private static ProxyLine.Value value(String line) {
        return ProxyLine.value(line.getBytes(UTF_8)).orElseThrow();
    }
}
