package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.MessageId;
import dev.culvert.transport.ReceivedMessage;
import dev.culvert.transport.Tier;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LoadCheckTest {
    private static final int LARGE = 100_000;

    private final Load load = new Load(11, 200, LARGE);
    private final LoadCheck check = new LoadCheck(load);

    private static ReceivedMessage message(byte[] payload) {
        return new ReceivedMessage(MessageId.random(), payload, Tier.ICE, false);
    }

    private OptionalInt take(int number) {
        return check.take(message(load.payload(number)));
    }

    @Test
    void shouldHaveOneLargeMessageInTheMiddleAndTheOthersWithinTheirLimit() {
        int[] sizes = IntStream.range(0, load.count()).map(load::size).toArray();

        assertEquals(201, sizes.length);
        assertEquals(1, IntStream.of(sizes).filter(size -> size == LARGE).count());
        assertEquals(LARGE, IntStream.range(50, 151).map(load::size).max().orElseThrow());
        assertTrue(IntStream.of(sizes).allMatch(size -> size == LARGE || (size >= 1 && size <= Load.MAX_BYTES)));
        assertTrue(IntStream.of(sizes).distinct().count() > 100);
        assertEquals(IntStream.of(sizes).asLongStream().sum(), load.bytes());
    }

    @Test
    void shouldBeTheSameAtTheOtherEnd() {
        Load same = Load.parse(List.of(load.words().split(" ", -1)));

        for (int number = 0; number < load.count(); number++) {
            assertArrayEquals(load.payload(number), same.payload(number));
        }
    }

    @Test
    void shouldKnowEachMessage() {
        for (int number = 0; number < load.count(); number++) {
            assertEquals(OptionalInt.of(number), take(number));
        }
    }

    @Test
    void shouldSeeWhenOneIsLeftOutOrComesLate() {
        take(0);

        assertEquals(OptionalInt.of(2), take(2));
        assertEquals(OptionalInt.of(1), take(1));
    }

    @Test
    void shouldSeeAChangedByte() {
        byte[] payload = load.payload(0);
        payload[payload.length - 1]++;

        assertTrue(check.take(message(payload)).isEmpty());
        assertTrue(check.problem().contains("none of those sent"), check.problem());
    }

    @Test
    void shouldSeeWhatIsHandedOverTwice() {
        ReceivedMessage first = message(load.payload(0));

        assertTrue(check.take(first).isPresent());
        assertFalse(check.take(first).isPresent());
        assertTrue(check.problem().contains("handed over before"), check.problem());
    }

    @Test
    void shouldSeeWhatIsMarkedAsHandedOverBefore() {
        assertTrue(check.take(new ReceivedMessage(MessageId.random(), load.payload(0), Tier.ICE, true))
                .isEmpty());
    }
}
