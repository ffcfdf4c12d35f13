package dev.culvert.dht.opendht;

import static dev.culvert.dht.opendht.Slots.done;
import static dev.culvert.dht.opendht.Slots.eventually;

import dev.culvert.dht.Dht;
import dev.culvert.dht.WritableSlot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OpenDhtLeakTest {
    @Test
    void shouldLeaveNoThreadAndNoDescriptorBehind() throws Exception {
        DhtNodes nodes = DhtNodes.shared();
        for (int i = 0; i < 3; i++) {
            useAndClose(nodes);
        }
        eventually("the first ones' threads end", OpenDhtLeakTest::noneIsLeft);
        long descriptors = descriptors();

        for (int i = 0; i < 50; i++) {
            useAndClose(nodes);
        }

        eventually("threads and selectors end", OpenDhtLeakTest::noneIsLeft);
        // The JVM opens and closes some of its own, such as jars; a leak would be several for each of 50.
        eventually("descriptors are closed", () -> descriptors() <= descriptors + 5);
    }

    private static void useAndClose(DhtNodes nodes) throws Exception {
        OpenDht engine = OpenDht.open(nodes.config(1));
        WritableSlot slot = Slots.random();
        Dht.Subscription unused = engine.listen(slot.slot(), Duration.ofSeconds(1), value -> {});
        done(engine.put(slot, 1, Slots.bytes(100), Slots.TTL));
        // Not waited for: closing in the middle is the harder case.
        engine.put(slot, 2, Slots.bytes(100), Slots.TTL);
        engine.get(slot.slot());
        engine.close();
    }

    /** Before Java 21 the client's selector thread ends only once the client was collected. */
    private static List<String> left() {
        System.gc();
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("culvert-") || name.startsWith("HttpClient-"))
                .toList();
    }

    private static boolean noneIsLeft() {
        return left().isEmpty();
    }

    private static long descriptors() {
        try (Stream<Path> entries = Files.list(Path.of("/proc/self/fd"))) {
            return entries.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
