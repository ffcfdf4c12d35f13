package dev.culvert.dht.tomp2p;

import static dev.culvert.dht.tomp2p.Ring.done;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.SignedValue;
import dev.culvert.dht.WritableSlot;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import net.tomp2p.peers.Number160;
import net.tomp2p.peers.Number640;
import net.tomp2p.storage.Data;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A network of two nodes of ours and one of plain TomP2P, which stores what we would not and serves it to us. */
class HostileNodeTest {
    private static final AtomicBoolean READ = new AtomicBoolean();

    private Ring ring;
    private Stranger stranger;
    private final WritableSlot slot = Ring.slot();
    private final Number640 place = Place.of(slot.slot());

    /** Tells when anybody deserialises it. */
    private static final class Trap implements Serializable {
        @Serial
        private static final long serialVersionUID = 1L;

        @Serial
        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            READ.set(true);
        }
    }

    @BeforeEach
    void start() throws IOException {
        ring = Ring.start(2);
        stranger = Stranger.join(ring);
    }

    @AfterEach
    void close() {
        stranger.close();
        ring.close();
    }

    private static byte[] signed(WritableSlot slot) {
        return SignedValue.of(slot.slot(), 9, Long.MAX_VALUE, new byte[10]).sign(slot.writer());
    }

    private long dropped(TomP2PEvent event) {
        return ring.node(0).dropped().get(event) + ring.node(1).dropped().get(event);
    }

    static Stream<byte[]> junk() {
        return Stream.of(new byte[] {1}, new byte[137], Ring.bytes(5000), new byte[] {1, 0, 3});
    }

    @ParameterizedTest
    @MethodSource("junk")
    void shouldTakeJunkForNothing(byte[] junk) {
        stranger.plant(place, junk);

        assertEquals(0, done(ring.node(0).get(slot.slot())).size());
        assertTrue(dropped(TomP2PEvent.MALFORMED) > 0);
        assertEquals(0, ring.node(0).storedBytes() + ring.node(1).storedBytes());
    }

    @Test
    void shouldNotStoreOrServeAForgery() {
        byte[] forged = signed(slot);
        forged[forged.length - 1] ^= 1;
        stranger.plant(place, forged);

        assertEquals(0, done(ring.node(0).get(slot.slot())).size());
        assertTrue(dropped(TomP2PEvent.BADLY_SIGNED) > 0);
    }

    @Test
    void shouldFindTheValueBesideTheValueOfAnother() {
        byte[] value = Ring.bytes(50);
        done(ring.node(0).put(slot, 1, value, Ring.TTL));
        stranger.plant(place, signed(Ring.slot()));

        assertArrayEquals(value, done(ring.node(1).get(slot.slot())).get(0));
        assertTrue(dropped(TomP2PEvent.FOREIGN) > 0);
    }

    @Test
    void shouldFindTheValueAmongOthersUnderItsKey() {
        byte[] value = Ring.bytes(50);
        done(ring.node(0).put(slot, 1, value, Ring.TTL));
        for (int i = 0; i < 50; i++) {
            stranger.plant(
                    new Number640(
                            place.locationKey(), place.domainKey(), new Number160(Ring.bytes(20)), Number160.ZERO),
                    Ring.bytes(100));
        }

        assertArrayEquals(value, done(ring.node(1).get(slot.slot())).get(0));
    }

    @Test
    void shouldNotReadMoreThanAMessageMayHave() {
        byte[] value = Ring.bytes(50);
        done(ring.node(0).put(slot, 1, value, Ring.TTL));
        stranger.plant(place, new byte[3 * TomP2PDht.MAX_SIGNED]);

        long before = System.nanoTime();
        List<byte[]> found = done(ring.node(1).get(slot.slot()));

        assertArrayEquals(value, found.get(0));
        assertTrue(System.nanoTime() - before < 10_000_000_000L);
        assertTrue(dropped(TomP2PEvent.OVERSIZED) > 0);
    }

    @Test
    void shouldNeverReadAJavaObject() throws IOException {
        stranger.plant(place, new Data((Object) new Trap()).toBytes());
        stranger.peer()
                .peer()
                .sendDirect(ring.node(0).peerAddress())
                .object(new Trap())
                .start()
                .awaitUninterruptibly(3000);

        assertEquals(0, done(ring.node(0).get(slot.slot())).size());
        assertFalse(READ.get());
    }

    @Test
    void shouldKeepTheValueThoughAStrangerRemovesIt() {
        byte[] value = Ring.bytes(50);
        done(ring.node(0).put(slot, 1, value, Ring.TTL));

        stranger.peer()
                .remove(place.locationKey())
                .domainKey(place.domainKey())
                .all()
                .start()
                .awaitUninterruptibly(5000);

        assertArrayEquals(value, done(ring.node(1).get(slot.slot())).get(0));
        assertTrue(dropped(TomP2PEvent.FORBIDDEN) > 0);
    }
}
