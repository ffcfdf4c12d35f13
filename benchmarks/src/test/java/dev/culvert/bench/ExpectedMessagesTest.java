package dev.culvert.bench;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ExpectedMessagesTest {
    private final ExpectedMessages expected = new ExpectedMessages(10, 2);

    private void await() throws InterruptedException {
        expected.await(Duration.ofMillis(1));
    }

    @Test
    void shouldEndWithTheLastOne() {
        expected.received(10, 0);
        assertThrows(IllegalStateException.class, this::await);
        expected.received(10, 1);
        assertDoesNotThrow(this::await);
    }

    @Test
    void shouldRefuseAnotherOrder() {
        expected.received(10, 1);
        expected.received(10, 0);
        assertThrows(IllegalStateException.class, this::await);
    }

    @Test
    void shouldRefuseAnotherLength() {
        expected.received(10, 0);
        expected.received(9, 1);
        assertThrows(IllegalStateException.class, this::await);
    }

    @Test
    void shouldRefuseACopy() {
        expected.received(10, 0);
        expected.received(10, 0);
        expected.received(10, 1);
        assertThrows(IllegalStateException.class, this::await);
    }
}
