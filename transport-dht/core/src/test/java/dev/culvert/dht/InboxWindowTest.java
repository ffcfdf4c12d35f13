package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.InboxWindow.Step;
import dev.culvert.transport.MessageId;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class InboxWindowTest {
    private static final Instant EXPIRY = Instant.ofEpochSecond(5000);
    private static final Instant NOW = Instant.ofEpochSecond(1000);

    private final InboxWindow window = new InboxWindow(new InboxState(10, 5, 0, 0), 3);

    private static QueueEnvelope message(long generation, long start, int id) {
        return new QueueEnvelope(generation, start, new MessageId(0, id), new byte[0]);
    }

    private void assertDelivers(int id) {
        Step.Deliver deliver = assertInstanceOf(Step.Deliver.class, window.step());
        assertEquals(id, deliver.envelope().id().low());
        window.state(window.state().delivered(1, NOW));
    }

    @Test
    void shouldWantTheNextFewIndexes() {
        assertEquals(List.of(5L, 6L, 7L), window.wanted(true));

        window.offer(6, message(10, 0, 6), EXPIRY);

        assertEquals(List.of(5L, 7L), window.wanted(true));
        assertEquals(List.of(5L), window.wanted(false));

        window.offer(5, message(10, 0, 5), EXPIRY);

        assertEquals(List.of(), window.wanted(false));
    }

    @Test
    void shouldDeliverInOrderWhateverOrderMessagesCameIn() {
        window.offer(7, message(10, 0, 7), EXPIRY);
        window.offer(6, message(10, 0, 6), EXPIRY);
        assertInstanceOf(Step.Wait.class, window.step());

        window.offer(5, message(10, 0, 5), EXPIRY);

        assertDelivers(5);
        assertDelivers(6);
        assertDelivers(7);
        assertInstanceOf(Step.Wait.class, window.step());
        assertEquals(List.of(8L, 9L, 10L), window.wanted(true));
    }

    @Test
    void shouldRepeatAMessageUntilItIsDelivered() {
        window.offer(5, message(10, 0, 5), EXPIRY);

        assertInstanceOf(Step.Deliver.class, window.step());
        assertInstanceOf(Step.Deliver.class, window.step());
    }

    @Test
    void shouldPassOverAnEarlierNumbering() {
        assertFalse(window.offer(5, message(9, 0, 5), EXPIRY));

        assertInstanceOf(Step.Wait.class, window.step());
    }

    @Test
    void shouldFollowALaterNumberingToItsStart() {
        window.offer(5, message(10, 0, 50), EXPIRY);
        window.offer(6, message(11, 2, 60), EXPIRY);

        Step.Move move = assertInstanceOf(Step.Move.class, window.step());
        assertEquals(11, move.state().generation());
        assertEquals(2, move.state().next());
        window.state(move.state());

        assertInstanceOf(Step.Wait.class, window.step(), "the message of the earlier numbering is gone");
        assertEquals(List.of(2L, 3L, 4L), window.wanted(true));
    }

    @Test
    void shouldDeliverAtOnceWhenTheLaterNumberingBeginsHere() {
        window.offer(5, message(11, 5, 50), EXPIRY);

        window.state(assertInstanceOf(Step.Move.class, window.step()).state());

        assertDelivers(50);
    }

    @Test
    void shouldFollowTheLatestOfSeveralNumberings() {
        window.offer(5, message(11, 5, 50), EXPIRY);
        window.offer(6, message(13, 6, 60), EXPIRY);
        window.offer(7, message(12, 7, 70), EXPIRY);

        Step.Move move = assertInstanceOf(Step.Move.class, window.step());
        assertEquals(13, move.state().generation());
        window.state(move.state());

        assertDelivers(60);
        assertInstanceOf(Step.Wait.class, window.step());
    }

    @Test
    void shouldNotHoldWhatIsOutsideTheWindow() {
        assertTrue(window.offer(4, message(10, 0, 4), EXPIRY));
        assertTrue(window.offer(8, message(10, 0, 8), EXPIRY));

        assertEquals(3, window.wanted(true).size());
        assertInstanceOf(Step.Wait.class, window.step());
    }
}
