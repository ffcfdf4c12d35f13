package dev.culvert.dht;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class NewestValuesTest {
    private static final long NOW = 1_000;
    private static final Slot SLOT = new Slot(new byte[Slot.KEY_LENGTH], new byte[Slot.WRITER_LENGTH]);

    private final NewestValues newest = new NewestValues();

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
        assertFalse(newest.add(SignedValue.removal(SLOT, 2, NOW + 9), NOW));
        assertFalse(add(2, 'b'));
        assertFalse(add(1, 'a'));
        assertEquals("", values());
        assertTrue(add(3, 'c'));
        assertFalse(newest.add(SignedValue.removal(SLOT, 3, NOW + 9), NOW));
        assertEquals("", values());
    }

    @Test
    void shouldNotGoBackToAnOlderValueWhenTheNewestIsOver() {
        assertTrue(add(1, 'a'));
        assertFalse(newest.add(of(2, NOW, "b"), NOW));

        assertEquals("", values());
        assertEquals(NOW, newest.lastExpiry(NOW));
        assertFalse(add(1, 'a'));
    }

    @Test
    void shouldShowAValueAgainThatWasOverAndIsRefreshed() {
        assertFalse(newest.add(of(1, NOW, "a"), NOW));
        assertTrue(add(1, 'a'));
        assertEquals("a", values());
    }

    @Test
    void shouldPutTheLongestLivedFirst() {
        newest.add(of(1, NOW + 5, "a"), NOW);
        newest.add(of(1, NOW + 7, "b"), NOW);

        assertEquals("ba", values());
        assertEquals(NOW + 7, newest.lastExpiry(NOW));
    }

    @Test
    void shouldPutTwoThatLiveAsLongInOneOrderHoweverTheyCome() {
        assertTrue(add(1, 'b'));
        assertTrue(add(1, 'a'));

        assertEquals("ab", values());
    }

    @Test
    void shouldKeepFewOfMany() {
        for (int i = 0; i < 1_000; i++) {
            newest.add(of(1, NOW + 5, "value " + i), NOW);
        }

        assertEquals(16, newest.values(NOW).size());
    }

    private boolean add(long sequence, char value) {
        return newest.add(of(sequence, NOW + 9, String.valueOf(value)), NOW);
    }

    private static SignedValue of(long sequence, long expiry, String value) {
        return SignedValue.of(SLOT, sequence, expiry, value.getBytes(US_ASCII));
    }

    private String values() {
        List<byte[]> values = newest.values(NOW);
        StringBuilder all = new StringBuilder();
        values.forEach(value -> all.append((char) value[0]));
        return all.toString();
    }
}
