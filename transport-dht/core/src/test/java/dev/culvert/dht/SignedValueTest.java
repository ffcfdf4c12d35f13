package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.identity.SigningKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignedValueTest {
    private static final long EXPIRY = 1_800_000_000L;
    private static final int KEY_END = 2 + Slot.WRITER_LENGTH + Slot.KEY_LENGTH;

    private final WritableSlot slot = random(new byte[Slot.KEY_LENGTH]);
    private final byte[] wire =
            SignedValue.of(slot.slot(), 7, EXPIRY, new byte[] {1, 2, 3}).sign(slot.writer());

    private static WritableSlot random(byte[] key) {
        return WritableSlot.of(key, SigningKey.generate(new SecureRandom()));
    }

    @Test
    void shouldReadWhatTheWriterSigned() {
        SignedValue read = SignedValue.open(wire, slot.slot()::equals, SignedValueTest::unexpected)
                .orElseThrow();

        assertEquals(slot.slot(), read.slot());
        assertEquals(7, read.sequence());
        assertEquals(EXPIRY, read.expirySeconds());
        assertArrayEquals(new byte[] {1, 2, 3}, read.value());
        assertEquals(3 + SignedValue.OVERHEAD, wire.length);
        assertTrue(!read.removed() && !read.expired(EXPIRY - 1) && read.expired(EXPIRY));
    }

    @Test
    void shouldReadAMarkOfRemoval() {
        byte[] mark = SignedValue.removal(slot.slot(), 7, EXPIRY).sign(slot.writer());

        assertTrue(SignedValue.open(mark, slot.slot()::equals, SignedValueTest::unexpected)
                .orElseThrow()
                .removed());
        assertThrows(
                IllegalArgumentException.class, () -> new SignedValue(slot.slot(), true, 7, EXPIRY, new byte[] {1}));
    }

    @Test
    void shouldSayOfEveryChangedByteWhatIsWrongWithIt() {
        for (int i = 0; i < wire.length; i++) {
            byte[] changed = wire.clone();
            changed[i] ^= 1;
            // A mark of removal, which byte 1 makes of it, has no value.
            RejectReason expected =
                    i < 2 ? RejectReason.MALFORMED : i < KEY_END ? RejectReason.NOT_FOR_US : RejectReason.BAD_SIGNATURE;
            assertEquals(List.of(expected), dropped(slot.slot(), changed), "byte " + i);
        }
    }

    @Test
    void shouldRefuseEveryCutLength() {
        for (int length = 0; length < wire.length; length++) {
            assertEquals(1, dropped(slot.slot(), Arrays.copyOf(wire, length)).size());
        }
    }

    @Test
    void shouldRefuseWhatIsForAnotherSlot() {
        WritableSlot otherWriter = random(slot.slot().key());
        byte[] key = slot.slot().key();
        key[Slot.KEY_LENGTH - 1] ^= 1;

        assertEquals(List.of(RejectReason.NOT_FOR_US), dropped(otherWriter.slot(), wire));
        assertEquals(
                List.of(RejectReason.NOT_FOR_US),
                dropped(new Slot(key, slot.slot().writer()), wire));
    }

    @Test
    void shouldNotSignForAnotherWriter() {
        SignedValue value = SignedValue.of(slot.slot(), 1, EXPIRY, new byte[1]);
        SigningKey other = SigningKey.generate(new SecureRandom());

        assertThrows(IllegalArgumentException.class, () -> value.sign(other));
    }

    @Test
    void shouldReplaceTheSameValueOnlyForLonger() {
        SignedValue held = SignedValue.of(slot.slot(), 1, EXPIRY, new byte[] {1});
        SignedValue longer = SignedValue.of(slot.slot(), 1, EXPIRY + 1, new byte[] {1});
        SignedValue second = SignedValue.of(slot.slot(), 1, EXPIRY + 1, new byte[] {2});

        assertTrue(longer.replaces(held) && longer.saysTheSame(held));
        assertFalse(held.replaces(longer));
        assertFalse(second.replaces(held) || second.saysTheSame(held));
    }

    private static List<RejectReason> dropped(Slot slot, byte[] bytes) {
        List<RejectReason> dropped = new ArrayList<>();
        assertTrue(SignedValue.open(bytes, slot::equals, dropped::add).isEmpty());
        return dropped;
    }

    private static void unexpected(RejectReason reason) {
        throw new AssertionError(reason);
    }
}
