package dev.culvert.dht.mainline;

import static dev.culvert.dht.mainline.Items.done;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.Dht;
import dev.culvert.dht.WritableSlot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EngineLeakTest {
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    @Test
    void shouldLeaveNoThreadAndNoDescriptorBehind() throws Exception {
        try (MainlineDht known = MainlineDht.open(MainlineConfig.loopback(List.of()))) {
            for (int i = 0; i < 5; i++) {
                useAndClose(known);
            }
            assertEquals(2, ourThreadsOnceThereAre(2), "one alert thread and libtorrent's network thread");
            long descriptors = count(DESCRIPTORS);

            for (int i = 0; i < 50; i++) {
                useAndClose(known);
            }

            assertEquals(2, ourThreadsOnceThereAre(2));
            // The JVM opens and closes some of its own, such as jars; a leak would be 6 for each of 50.
            assertTrue(count(DESCRIPTORS) <= descriptors + 5, count(DESCRIPTORS) + " now, before " + descriptors);
        }
    }

    private static void useAndClose(MainlineDht known) throws Exception {
        MainlineDht engine = MainlineDht.open(MainlineConfig.loopback(List.of(known.localAddress())));
        WritableSlot slot = Items.slot();
        done(engine.bootstrap());
        Dht.Subscription unused = engine.listen(slot.slot(), Duration.ofMillis(5), value -> {});
        // Not waited for: closing in the middle of both is the harder case.
        engine.put(slot, 1, Items.bytes(100), Items.TTL);
        engine.get(slot.slot());
        engine.close();
    }

    /** The threads of all engines: ours, and libtorrent's, which all have the name Network. */
    private static long ourThreads() throws IOException {
        try (Stream<Path> tasks = Files.list(TASKS)) {
            return tasks.map(task -> nameOrNone(task.resolve("comm")))
                    .filter(name -> name.startsWith("culvert-") || name.equals("Network"))
                    .count();
        }
    }

    /** The system forgets a thread shortly after Java saw its end. */
    private static long ourThreadsOnceThereAre(long expected) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (ourThreads() != expected && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        return ourThreads();
    }

    private static String nameOrNone(Path comm) {
        try {
            return Files.readString(comm).strip();
        } catch (IOException e) {
            // The thread ended while it was looked at.
            return "";
        }
    }

    private static long count(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.count();
        }
    }
}
