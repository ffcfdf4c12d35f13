package dev.culvert.dht.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.Dht;
import dev.culvert.dht.Eventually;
import dev.culvert.dht.RandomSlots;
import dev.culvert.dht.WritableSlot;
import dev.culvert.transport.TransportClosedException;
import dev.culvert.transport.TransportException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is left when nodes die, abruptly and at random, and how an engine fails when nothing is. */
public interface DyingNodesContract extends EngineUnderTest {
    /** More than any engine needs to fail what it had begun when it is closed. */
    Duration CLOSING = Duration.ofSeconds(10);

    /** A network of its own, of so many nodes that know each other. */
    KillableNetwork killable(int nodes) throws Exception;

    /** The same, perhaps of one node, with an engine at node 0 that gives everything up within a few seconds. */
    default KillableNetwork impatient(int nodes) throws Exception {
        return killable(nodes);
    }

    /** True for an engine whose network is there with a single node. */
    default boolean isEnoughAlone() {
        return false;
    }

    /** How long one put may take while a third of the nodes do not answer. */
    default Duration putAmongTheDead() {
        return patience();
    }

    @Tag("real-time")
    @Test
    default void shouldFindAndTakeEveryValueAfterThreeOfTenNodesWereKilled() throws Exception {
        List<WritableSlot> slots = new ArrayList<>();
        List<byte[]> values = new ArrayList<>();
        List<CompletableFuture<Integer>> puts = new ArrayList<>();
        List<Integer> order = new ArrayList<>(IntStream.range(0, 10).boxed().toList());
        Collections.shuffle(order);
        List<Integer> living = order.subList(3, 10);
        try (KillableNetwork network = killable(10)) {
            for (int i = 0; i < 20; i++) {
                slots.add(RandomSlots.slot());
                values.add(RandomSlots.bytes(300));
                puts.add(network.engine(i % 10).put(slots.get(i), 1, values.get(i), TTL));
            }
            puts.forEach(put -> Eventually.get(patience(), put));

            for (int node : order.subList(0, 3)) {
                network.kill(node);
            }

            List<CompletableFuture<List<byte[]>>> looks = new ArrayList<>();
            for (int i = 0; i < slots.size(); i++) {
                looks.add(network.engine(living.get(i % living.size()))
                        .get(slots.get(i).slot()));
            }
            for (int i = 0; i < slots.size(); i++) {
                List<byte[]> found = Eventually.get(patience(), looks.get(i));
                if (found.isEmpty() || !Arrays.equals(values.get(i), found.get(0))) {
                    assertFinds(network.engine(living.get(0)), slots.get(i).slot(), values.get(i));
                }
            }
            // An old slot and a new one, at the same time: a put may have to wait for the dead.
            byte[] newer = RandomSlots.bytes(300);
            WritableSlot fresh = RandomSlots.slot();
            CompletableFuture<Integer> again = network.engine(living.get(0)).put(slots.get(0), 2, newer, TTL);
            CompletableFuture<Integer> first = network.engine(living.get(1)).put(fresh, 1, values.get(1), TTL);
            assertTrue(Eventually.get(putAmongTheDead(), again) >= 1);
            assertTrue(Eventually.get(putAmongTheDead(), first) >= 1);
            assertFinds(network.engine(living.get(2)), slots.get(0).slot(), newer);
            assertFinds(network.engine(living.get(3)), fresh.slot(), values.get(1));
        }
    }

    @Tag("real-time")
    @Test
    default void shouldEndInTimeWhatIsPendingWhenAllOtherNodesAreKilled() throws Exception {
        BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();
        WritableSlot heardOf = RandomSlots.slot();
        try (KillableNetwork network = impatient(3)) {
            Dht last = network.engine(0);
            Eventually.get(patience(), last.put(heardOf, 1, new byte[] {1}, TTL));
            try (Dht.Subscription listening = last.listen(heardOf.slot(), Duration.ofMillis(50), heard::add)) {
                assertNotNull(listening);
                Eventually.take(heard);
                List<CompletableFuture<?>> pending = begin(last);
                network.kill(1);
                network.kill(2);
                pending.addAll(begin(last));

                for (CompletableFuture<?> future : pending) {
                    Throwable failure = Eventually.settled(patience(), future);
                    if (failure != null) {
                        assertInstanceOf(TransportException.class, failure);
                    }
                }

                List<CompletableFuture<?>> cutOff = begin(last);
                last.close();
                for (CompletableFuture<?> future : cutOff) {
                    Throwable failure = Eventually.settled(CLOSING, future);
                    if (failure != null && !(failure instanceof TransportClosedException)) {
                        assertInstanceOf(TransportException.class, failure);
                    }
                }
            }
        }
        assertTrue(heard.isEmpty(), "heard of what nobody put");
    }

    @Test
    default void shouldSayInTimeThatItIsAlone() throws Exception {
        try (KillableNetwork network = impatient(1)) {
            Dht lone = network.engine(0);
            WritableSlot slot = RandomSlots.slot();
            CompletableFuture<Void> bootstrap = lone.bootstrap();
            CompletableFuture<Integer> put = lone.put(slot, 1, new byte[] {1}, TTL);
            CompletableFuture<List<byte[]>> get = lone.get(RandomSlots.slot().slot());
            CompletableFuture<Boolean> remove = lone.remove(RandomSlots.slot());

            if (isEnoughAlone()) {
                assertNull(Eventually.get(patience(), bootstrap));
                assertEquals(1, Eventually.get(patience(), put));
            } else {
                assertInstanceOf(TransportException.class, Eventually.settled(patience(), bootstrap));
                assertInstanceOf(TransportException.class, Eventually.settled(patience(), put));
            }
            Throwable failure = Eventually.settled(patience(), get);
            if (failure == null) {
                assertEquals(List.of(), get.join());
            } else {
                assertInstanceOf(TransportException.class, failure);
            }
            // Whatever the engine believes of a slot that it can not see.
            assertNotNull(Eventually.get(patience(), remove));
        }
    }

    private static List<CompletableFuture<?>> begin(Dht dht) {
        List<CompletableFuture<?>> begun = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            begun.add(dht.put(RandomSlots.slot(), 1, new byte[] {1}, TTL));
            begun.add(dht.get(RandomSlots.slot().slot()));
        }
        return begun;
    }
}
