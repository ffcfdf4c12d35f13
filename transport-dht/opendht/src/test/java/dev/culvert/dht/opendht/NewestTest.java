package dev.culvert.dht.opendht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class NewestTest {
    private static final long NOW = 1_000;

    private final Newest newest = new Newest();

    @Test
    void shouldKeepTheLargestSequenceInAnyOrder() {
        assertTrue(add(2, 'b'));
        assertTrue(add(3, 'c'));
        assertFalse(add(1, 'a'));

        assertEquals("c", values());
        assertEquals(3, newest.sequence());
    }

    @Test
    void shouldShowAValueOnce() {
        assertTrue(add(1, 'a'));
        assertFalse(add(1, 'a'));
        assertTrue(add(1, 'b'));

        assertEquals("ab", values());
    }

    @Test
    void shouldHideWhatWasRemovedInAnyOrder() {
        assertFalse(newest.add(new Envelope(true, 2, NOW + 9, new byte[0]), NOW));
        assertFalse(add(2, 'b'));
        assertFalse(add(1, 'a'));
        assertEquals("", values());
        assertTrue(add(3, 'c'));
        assertFalse(newest.add(new Envelope(true, 3, NOW + 9, new byte[0]), NOW));
        assertEquals("", values());
    }

    @Test
    void shouldNotGoBackToAnOlderValueWhenTheNewestIsOver() {
        assertTrue(add(1, 'a'));
        assertFalse(newest.add(new Envelope(false, 2, NOW, new byte[] {'b'}), NOW));

        assertEquals("", values());
        assertFalse(add(1, 'a'));
    }

    @Test
    void shouldShowAValueAgainThatWasOverAndIsRefreshed() {
        assertFalse(newest.add(new Envelope(false, 1, NOW, new byte[] {'a'}), NOW));
        assertTrue(add(1, 'a'));
        assertEquals("a", values());
    }

    @Test
    void shouldPutTheLongestLivedFirst() {
        newest.add(new Envelope(false, 1, NOW + 5, new byte[] {'a'}), NOW);
        newest.add(new Envelope(false, 1, NOW + 7, new byte[] {'b'}), NOW);

        assertEquals("ba", values());
    }

    @Test
    void shouldKeepFewOfMany() {
        for (int i = 0; i < 1_000; i++) {
            newest.add(
                    new Envelope(
                            false, 1, NOW + 5, ("value " + i).getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
                    NOW);
        }

        assertEquals(16, newest.values(NOW).size());
    }

    private boolean add(long sequence, char value) {
        return newest.add(new Envelope(false, sequence, NOW + 9, new byte[] {(byte) value}), NOW);
    }

    private String values() {
        List<byte[]> values = newest.values(NOW);
        StringBuilder all = new StringBuilder();
        values.forEach(value -> all.append((char) value[0]));
        return all.toString();
    }
}
