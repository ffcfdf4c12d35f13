package dev.culvert.dht.tomp2p;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.WritableSlot;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.tomp2p.peers.Number640;

class EnvelopePropertyTest {
    private static final long NOW = 1_000_000;

    private final WritableSlot slot = Ring.slot();
    private final Number640 place = Place.of(slot.slot());

    @Property(tries = 200)
    void shouldOpenWhatWasSigned(@ForAll long sequence, @ForAll @Size(max = 300) byte[] value) throws Exception {
        byte[] wire = new Envelope(false, sequence, NOW + 1, value).sign(slot);

        Envelope opened = Envelope.open(wire, place, NOW);

        assertEquals(sequence, opened.sequence());
        assertEquals(NOW + 1, opened.expiry());
        assertArrayEquals(value, opened.value());
        assertEquals(Envelope.OVERHEAD + value.length, wire.length);
    }

    @Property(tries = 400)
    void shouldRejectAnyChangedBit(@ForAll @Size(max = 40) byte[] value, @ForAll @IntRange(max = 1_000_000) int where) {
        byte[] wire = new Envelope(false, 7, NOW + 1000, value).sign(slot);
        int bit = where % (wire.length * 8);
        wire[bit / 8] ^= (byte) (1 << bit % 8);

        assertThrows(EnvelopeRejectedException.class, () -> Envelope.open(wire, place, NOW));
    }

    @Property(tries = 200)
    void shouldRejectAnyOtherLength(@ForAll @IntRange(max = 400) int length) {
        byte[] wire = new Envelope(false, 7, NOW + 1000, new byte[100]).sign(slot);
        byte[] other = Arrays.copyOf(wire, length == wire.length ? 0 : length);

        assertThrows(EnvelopeRejectedException.class, () -> Envelope.open(other, place, NOW));
    }

    @Property(tries = 500)
    void shouldRejectJunkWithoutAnyOtherFailure(@ForAll @Size(max = 400) byte[] junk) {
        assertThrows(EnvelopeRejectedException.class, () -> Envelope.open(junk, place, NOW));
        if (junk.length > 1) {
            junk[0] = 1;
            junk[1] &= 1;
        }
        assertThrows(EnvelopeRejectedException.class, () -> Envelope.open(junk, place, NOW));
    }

    @Property(tries = 100)
    void shouldRejectWhatLiesElsewhere(@ForAll @Size(max = 40) byte[] value) {
        byte[] wire = new Envelope(false, 7, NOW + 1000, value).sign(slot);

        EnvelopeRejectedException rejected = assertThrows(
                EnvelopeRejectedException.class,
                () -> Envelope.open(wire, Place.of(Ring.slot().slot()), NOW));

        assertEquals(TomP2PEvent.FOREIGN, rejected.reason());
    }

    @Property(tries = 100)
    void shouldRejectWhatIsOver(@ForAll @LongRange(min = 0, max = NOW) long expiry) {
        byte[] wire = new Envelope(false, 7, expiry, new byte[1]).sign(slot);

        EnvelopeRejectedException rejected =
                assertThrows(EnvelopeRejectedException.class, () -> Envelope.open(wire, place, NOW));

        assertEquals(TomP2PEvent.EXPIRED, rejected.reason());
    }

    @Property(tries = 300)
    void shouldReplaceOnlyWhatIsOlder(@ForAll @IntRange(max = 2) int first, @ForAll @IntRange(max = 2) int second) {
        Envelope one = new Envelope(first == 2, first, NOW, new byte[0]);
        Envelope other = new Envelope(second == 2, second, NOW, new byte[0]);

        assertEquals(first > second, one.replaces(other));
        assertEquals(Integer.signum(Integer.compare(first, second)), Integer.signum(one.compareTo(other)));
        assertTrue(!one.replaces(other) || !other.replaces(one));
    }
}
