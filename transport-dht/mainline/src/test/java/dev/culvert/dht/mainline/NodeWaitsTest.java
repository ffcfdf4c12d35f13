package dev.culvert.dht.mainline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class NodeWaitsTest {
    private final NodeWaits waits = new NodeWaits();
    private final List<Runnable> actions = new ArrayList<>();
    private final CompletableFuture<Void> result = new CompletableFuture<>();

    private void run() {
        actions.forEach(Runnable::run);
        actions.clear();
    }

    @Test
    void shouldCompleteWithEnoughNodesOnly() {
        waits.add(3, result, 100, () -> "late");
        waits.counted(2, actions);
        run();
        assertFalse(result.isDone());
        waits.counted(3, actions);
        run();

        assertTrue(result.isDone());
        assertTrue(waits.isEmpty());
    }

    @Test
    void shouldFailWithItsMessageAtTheDeadline() {
        waits.add(1, result, 100, () -> "nobody there");
        waits.expire(99, actions);
        run();
        assertFalse(result.isDone());
        waits.expire(100, actions);
        run();

        CompletionException failed = assertThrows(CompletionException.class, result::join);
        assertEquals("nobody there", failed.getCause().getMessage());
    }
}
