package dev.culvert.dht.tomp2p;

import static dev.culvert.dht.tomp2p.Ring.done;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.Dht;
import dev.culvert.dht.WritableSlot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EngineLeakTest {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    @Test
    void shouldLeaveNoThreadAndNoDescriptorBehind() throws Exception {
        try (TomP2PDht known = TomP2PDht.open(Ring.config(List.of()).build())) {
            for (int i = 0; i < 3; i++) {
                useAndClose(known);
            }
            Ring.eventually("threads of one engine only", () -> closersAndTimers() == 1);
            long descriptors = descriptors();
            // TomP2P starts its threads one by one, up to so many for the node that lives on.
            long threads = 2L * Runtime.getRuntime().availableProcessors() + 5;

            for (int i = 0; i < 20; i++) {
                useAndClose(known);
            }

            Ring.eventually(threads + " threads at most", () -> threads() <= threads);
            assertEquals(1, closersAndTimers());
            // The JVM opens and closes some of its own, such as jars; a leak would be 15 or so for each of 20.
            assertTrue(descriptors() <= descriptors + 10, descriptors() + " now, before " + descriptors);
        }
    }

    private static void useAndClose(TomP2PDht known) {
        TomP2PDht engine =
                TomP2PDht.open(Ring.config(List.of(known.localAddress())).build());
        WritableSlot slot = Ring.slot();
        done(engine.bootstrap());
        Dht.Subscription unused = engine.listen(slot.slot(), Duration.ofMillis(5), value -> {});
        // Not waited for: closing in the middle of both is the harder case.
        engine.put(slot, 1, Ring.bytes(100), Ring.TTL);
        engine.get(slot.slot());
        engine.close();
    }

    private static Stream<String> names() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName);
    }

    /** Of all engines; TomP2P's reservations have the default names of a pool. */
    private static long threads() {
        return names().filter(name ->
                        name.startsWith("culvert-") || name.startsWith("NETTY-TOMP2P") || name.startsWith("pool-"))
                .count();
    }

    private static long closersAndTimers() {
        return names().filter(
                        name -> name.equals("culvert-dht-tomp2p-close") || name.equals("culvert-dht-tomp2p-timer"))
                .count();
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> entries = Files.list(DESCRIPTORS)) {
            return entries.count();
        }
    }
}
