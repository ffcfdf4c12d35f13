package dev.culvert.dht.mainline;

import static dev.culvert.dht.mainline.Items.done;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.WritableSlot;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostileItemsTest {
    private LoopbackSwarm swarm;
    private RawNode raw;

    @BeforeEach
    void start() throws IOException {
        swarm = LoopbackSwarm.start(3);
        raw = new RawNode();
    }

    @AfterEach
    void close() {
        raw.close();
        swarm.close();
    }

    private InetSocketAddress storing() {
        return swarm.node(2).localAddress();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** What the other tests rest on: that the packets are right but for what they get wrong on purpose. */
    @Test
    void shouldServeWhatAnotherImplementationStored() throws Exception {
        WritableSlot slot = Items.slot();

        assertTrue(raw.put(storing(), slot.slot(), 5, ascii("5:hello"), RawNode.sign(slot, 5, ascii("5:hello"))));

        assertArrayEquals(ascii("hello"), done(swarm.node(0).get(slot.slot())).get(0));
    }

    @Test
    void shouldNotServeAnItemWithAForgedSignature() throws Exception {
        WritableSlot slot = Items.slot();
        byte[] forged =
                RawNode.sign(WritableSlot.of(slot.slot().key(), Items.slot().writer()), 5, ascii("5:hello"));

        assertFalse(raw.put(storing(), slot.slot(), 5, ascii("5:hello"), forged));

        assertEquals(List.of(), done(swarm.node(0).get(slot.slot())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"i42e", "l5:helloe", "d1:a1:be", "le", "de"})
    void shouldTakeAnItemThatIsNoStringForNone(String bencoded) throws Exception {
        WritableSlot slot = Items.slot();

        assertTrue(raw.put(storing(), slot.slot(), 5, ascii(bencoded), RawNode.sign(slot, 5, ascii(bencoded))));

        assertEquals(List.of(), done(swarm.node(0).get(slot.slot())));
        assertTrue(swarm.node(0).stats().foreignItems() >= 1);
    }

    @Test
    void shouldNumberItsValueAboveAnyThatIsThere() throws Exception {
        WritableSlot slot = Items.slot();
        byte[] value = Items.bytes(10);
        raw.put(storing(), slot.slot(), 1L << 40, ascii("3:old"), RawNode.sign(slot, 1L << 40, ascii("3:old")));

        done(swarm.node(1).put(slot, 1, value, Items.TTL));

        assertArrayEquals(value, done(swarm.node(0).get(slot.slot())).get(0));
    }
}
