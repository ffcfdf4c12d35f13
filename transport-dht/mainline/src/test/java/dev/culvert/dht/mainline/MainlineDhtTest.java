package dev.culvert.dht.mainline;

import static dev.culvert.dht.mainline.Items.done;
import static dev.culvert.dht.mainline.Items.failure;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.Dht;
import dev.culvert.dht.WritableSlot;
import dev.culvert.identity.SigningKey;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MainlineDhtTest {
    private static LoopbackSwarm swarm;

    @BeforeAll
    static void startSwarm() {
        swarm = LoopbackSwarm.start(8);
    }

    @AfterAll
    static void closeSwarm() {
        swarm.close();
    }

    @Test
    void shouldServeAValueThroughAnotherNode() throws Exception {
        WritableSlot slot = Items.slot();
        byte[] value = Items.bytes(450);

        int nodes = done(swarm.node(0).put(slot, 1, value, Items.TTL));

        assertTrue(nodes >= 5, "stored on " + nodes);
        List<byte[]> found = done(swarm.node(5).get(slot.slot()));
        assertEquals(1, found.size());
        assertArrayEquals(value, found.get(0));
    }

    @Test
    void shouldReplaceTheOlderValue() throws Exception {
        WritableSlot slot = Items.slot();
        byte[] last = Items.bytes(100);

        done(swarm.node(0).put(slot, 1, Items.bytes(100), Items.TTL));
        done(swarm.node(1).put(slot, 2, last, Items.TTL));

        assertArrayEquals(last, done(swarm.node(2).get(slot.slot())).get(0));
    }

    @Test
    void shouldNotShowWhatAnotherWriterPutUnderTheSameKey() throws Exception {
        WritableSlot slot = Items.slot();
        WritableSlot foreign = WritableSlot.of(slot.slot().key(), Items.slot().writer());

        done(swarm.node(0).put(foreign, 1, Items.bytes(50), Items.TTL));

        assertEquals(List.of(), done(swarm.node(1).get(slot.slot())));
    }

    @Test
    void shouldRefuseAKeyThatDoesNotBelongToTheSlot() throws Exception {
        WritableSlot wrong =
                new WritableSlot(Items.slot().slot(), SigningKey.fromSeed(Items.bytes(SigningKey.SEED_LENGTH)));

        assertInstanceOf(IllegalArgumentException.class, failure(swarm.node(0).put(wrong, 1, new byte[1], Items.TTL)));
    }

    @Test
    void shouldCompleteThreePutsOfOneSlotAtOnceInOrder() throws Exception {
        WritableSlot slot = Items.slot();
        byte[] last = Items.bytes(60);

        CompletableFuture<Integer> first = swarm.node(2).put(slot, 1, Items.bytes(60), Items.TTL);
        CompletableFuture<Integer> second = swarm.node(2).put(slot, 2, Items.bytes(60), Items.TTL);
        CompletableFuture<Integer> third = swarm.node(2).put(slot, 3, last, Items.TTL);

        for (CompletableFuture<Integer> put : List.of(first, second, third)) {
            assertTrue(done(put) >= 1);
        }
        assertArrayEquals(last, done(swarm.node(6).get(slot.slot())).get(0));
    }

    @Test
    void shouldCompleteManyGetsOfOneSlotAtOnce() throws Exception {
        WritableSlot slot = Items.slot();
        byte[] value = Items.bytes(300);
        done(swarm.node(0).put(slot, 1, value, Items.TTL));

        List<CompletableFuture<List<byte[]>>> gets = IntStream.range(0, 20)
                .mapToObj(i -> swarm.node(1).get(slot.slot()))
                .toList();

        for (CompletableFuture<List<byte[]>> get : gets) {
            assertArrayEquals(value, done(get).get(0));
        }
    }

    @Test
    void shouldFindNothingInAnEmptySlot() throws Exception {
        assertEquals(List.of(), done(swarm.node(7).get(Items.slot().slot())));
    }

    @Test
    void shouldForgetARemovedValueAndTakeANewOne() throws Exception {
        WritableSlot slot = Items.slot();
        byte[] again = Items.bytes(20);
        done(swarm.node(0).put(slot, 1, Items.bytes(20), Items.TTL));

        assertTrue(done(swarm.node(0).remove(slot)));
        assertEquals(List.of(), done(swarm.node(1).get(slot.slot())));

        done(swarm.node(0).put(slot, 2, again, Items.TTL));
        assertArrayEquals(again, done(swarm.node(1).get(slot.slot())).get(0));
    }

    @Test
    void shouldPassEachNewValueToAListener() throws Exception {
        WritableSlot slot = Items.slot();
        BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();
        byte[] first = Items.bytes(30);
        byte[] second = Items.bytes(30);

        try (Dht.Subscription subscription = swarm.node(4).listen(slot.slot(), Duration.ofMillis(50), heard::add)) {
            assertNotNull(subscription);
            done(swarm.node(0).put(slot, 1, first, Items.TTL));
            assertArrayEquals(first, heard.poll(10, TimeUnit.SECONDS));
            done(swarm.node(0).put(slot, 2, second, Items.TTL));
            assertArrayEquals(second, heard.poll(10, TimeUnit.SECONDS));
        }
    }
}
