package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.identity.SigningKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SignedValuePropertyTest {
    private final WritableSlot slot =
            WritableSlot.of(new byte[Slot.KEY_LENGTH], SigningKey.generate(new SecureRandom()));

    private byte[] signed(byte[] value) {
        return SignedValue.of(slot.slot(), 7, 1_000, value).sign(slot.writer());
    }

    private void assertRejected(byte[] bytes) {
        List<RejectReason> dropped = new ArrayList<>();
        assertTrue(SignedValue.open(bytes, slot.slot()::equals, dropped::add).isEmpty());
        assertEquals(1, dropped.size());
    }

    @Property(tries = 200)
    void shouldOpenWhatWasSigned(@ForAll long sequence, @ForAll long expiry, @ForAll @Size(max = 300) byte[] value) {
        byte[] wire = SignedValue.of(slot.slot(), sequence, expiry, value).sign(slot.writer());

        SignedValue opened =
                SignedValue.open(wire, slot.slot()::equals, reason -> {}).orElseThrow();

        assertEquals(sequence, opened.sequence());
        assertEquals(expiry, opened.expirySeconds());
        assertArrayEquals(value, opened.value());
        assertEquals(SignedValue.OVERHEAD + value.length, wire.length);
    }

    @Property(tries = 400)
    void shouldRejectAnyChangedBit(@ForAll @Size(max = 40) byte[] value, @ForAll @IntRange(max = 1_000_000) int where) {
        byte[] wire = signed(value);
        int bit = where % (wire.length * 8);
        wire[bit / 8] ^= (byte) (1 << bit % 8);

        assertRejected(wire);
    }

    @Property(tries = 200)
    void shouldRejectAnyOtherLength(@ForAll @IntRange(max = 400) int length) {
        byte[] wire = signed(new byte[100]);

        assertRejected(Arrays.copyOf(wire, length == wire.length ? 0 : length));
    }

    @Property(tries = 500)
    void shouldRejectJunkWithoutAnyOtherFailure(@ForAll @Size(max = 400) byte[] junk) {
        assertRejected(junk);
        if (junk.length > 1) {
            junk[0] = 1;
            junk[1] &= 1;
        }
        assertRejected(junk);
    }

    @Property(tries = 300)
    void shouldReplaceOnlyWhatIsOlder(@ForAll @IntRange(max = 2) int first, @ForAll @IntRange(max = 2) int second) {
        SignedValue one = new SignedValue(slot.slot(), first == 2, first, 1_000, new byte[0]);
        SignedValue other = new SignedValue(slot.slot(), second == 2, second, 1_000, new byte[0]);

        assertEquals(first > second, one.replaces(other));
    }
}
