package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class OutboxStateTest {
    private static final Instant NOW = Instant.ofEpochMilli(1_000_000);

    private static OutboxState with(int messages) {
        OutboxState state = OutboxState.fresh(NOW);
        for (int i = 0; i < messages; i++) {
            state = state.appended();
        }
        return state;
    }

    @Test
    void shouldRemoveWhatWasAcknowledged() {
        OutboxState state = with(5);

        OutboxState next = state.acknowledged(new QueueAck(state.generation(), 3), 1, NOW);

        assertEquals(2, next.size());
        assertEquals(3, next.head());
        assertEquals(3, next.indexOf(next.head()));
        assertEquals(state.generation(), next.generation());
    }

    @Test
    void shouldPassOverAnAcknowledgementThatIsNotNewer() {
        OutboxState state = with(5).acknowledged(new QueueAck(1_000_000, 3), 7, NOW);

        assertEquals(state, state.acknowledged(new QueueAck(1_000_000, 5), 7, NOW));
        assertEquals(state, state.acknowledged(new QueueAck(1_000_000, 5), 6, NOW));
    }

    @Test
    void shouldWaitForAReceiverThatHasNotSeenThisNumbering() {
        OutboxState state = with(2);

        OutboxState next = state.acknowledged(new QueueAck(0, 0), 1, NOW);

        assertEquals(state.generation(), next.generation());
        assertEquals(2, next.size());
    }

    @Test
    void shouldNumberAnewWhenTheReceiverWaitsElsewhere() {
        OutboxState lostDisk = with(3);

        OutboxState next = lostDisk.acknowledged(new QueueAck(500, 57), 1, NOW);

        assertTrue(next.generation() > lostDisk.generation());
        assertEquals(3, next.size());
        assertEquals(57, next.indexOf(next.head()));
    }

    @Test
    void shouldNumberAboveAReceiverThatKnowsALaterNumbering() {
        OutboxState state = with(3);

        OutboxState next = state.acknowledged(new QueueAck(9_000_000, 2), 1, NOW);

        assertEquals(9_000_001, next.generation());
        assertEquals(3, next.size());
        assertEquals(2, next.indexOf(next.head()));
    }

    @Test
    void shouldRemoveNothingForANumberItNeverUsed() {
        OutboxState state = with(3);

        OutboxState next = state.acknowledged(new QueueAck(state.generation(), 4), 1, NOW);

        assertEquals(3, next.size());
        assertTrue(next.generation() > state.generation());
        assertEquals(4, next.indexOf(next.head()));
    }

    @Test
    void shouldGoBackToAReceiverThatLostItsState() {
        OutboxState state = with(5).acknowledged(new QueueAck(1_000_000, 3), 1, NOW);

        OutboxState next = state.acknowledged(new QueueAck(0, 0), 2, NOW);

        assertEquals(2, next.size());
        assertEquals(0, next.indexOf(next.head()));
        assertTrue(next.generation() > state.generation());
    }

    @Test
    void shouldCloseTheGapThatExpiredMessagesLeave() {
        OutboxState state = with(5).acknowledged(new QueueAck(1_000_000, 1), 1, NOW);

        OutboxState next = state.without(2, NOW);

        assertEquals(2, next.size());
        assertEquals(1, next.indexOf(next.head()));
        assertTrue(next.generation() > state.generation());
    }

    @Test
    void shouldNumberAnewEvenWhenTheClockWasSetBack() {
        OutboxState state = with(2);

        OutboxState next = state.without(1, Instant.EPOCH);

        assertEquals(state.generation() + 1, next.generation());
    }

    @Test
    void shouldReadBackItsBytesAndNoOthers() {
        OutboxState state = with(5).acknowledged(new QueueAck(1_000_000, 3), 9, NOW);

        assertEquals(state, OutboxState.decode(state.encode()));
        assertNull(OutboxState.decode(new byte[47]));
        assertNull(OutboxState.decode(new byte[48]));
        InboxState inbox = new InboxState(1, 2, 3, 4);
        assertEquals(inbox, InboxState.decode(inbox.encode()));
        assertNull(InboxState.decode(new byte[31]));
    }
}
