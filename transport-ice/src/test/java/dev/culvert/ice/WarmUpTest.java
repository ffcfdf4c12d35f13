package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Warming up connects for real, and leaves nothing of it. */
@Timeout(30)
class WarmUpTest {
    @Test
    void shouldLeaveNoThreadAndNoSocket() throws Exception {
        IceContext.warmUp().get(20, TimeUnit.SECONDS); // the process opens a thing or two of its own the first time
        Set<Thread> threads = ProcessFootprint.threads();
        int descriptors = ProcessFootprint.descriptors();

        IceContext.warmUp().get(20, TimeUnit.SECONDS);

        Eventually.holds(
                () -> ProcessFootprint.names(ProcessFootprint.threads()).toString(),
                () -> threads.containsAll(ProcessFootprint.threads()));
        Eventually.holds(
                () -> ProcessFootprint.descriptors() + " descriptors, before " + descriptors,
                () -> ProcessFootprint.descriptors() <= descriptors);
        assertTrue(threads.stream().noneMatch(thread -> thread.getName().equals("culvert-warmup") && thread.isAlive()));
    }
}
