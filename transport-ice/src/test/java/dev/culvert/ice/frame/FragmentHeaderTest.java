package dev.culvert.ice.frame;

import static dev.culvert.ice.frame.Fragments.bytes;
import static dev.culvert.ice.frame.Fragments.datagram;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FragmentHeaderTest {
    private static final int MIB = 1 << 20;

    private static FrameDrop read(ByteBuffer datagram) {
        return new FragmentHeader().read(datagram, MIB);
    }

    @Test
    void shouldWriteTheBytesThatTheFormatSays() {
        ByteBuffer datagram = datagram(0x0102, 0x8A0B0C0D, 0x00050607, 0x0410, 0);

        byte[] expected = {(byte) 0xCF, 1, 1, 2, (byte) 0x8A, 0x0B, 0x0C, 0x0D, 0, 5, 6, 7, 4, 0x10};
        assertArrayEquals(expected, bytes(datagram));
    }

    @Test
    void shouldReadWhatItWrites() {
        FragmentHeader header = new FragmentHeader();
        ByteBuffer datagram = datagram(883, -1, MIB, 1186, 1186);

        assertNull(header.read(datagram, MIB));

        assertEquals(883, header.index);
        assertEquals(-1, header.frameId);
        assertEquals(MIB, header.frameBytes);
        assertEquals(1186, header.fragmentBytes);
        assertEquals(885, header.count);
        assertEquals(1186, datagram.remaining());
    }

    @Test
    void shouldRefuseWhatIsTooShortForAHeaderAndAByte() {
        byte[] whole = bytes(datagram(0, 1, 1, 1186, 1));
        assertNull(read(ByteBuffer.wrap(whole)));

        for (int length = 0; length < whole.length; length++) {
            assertEquals(FrameDrop.MALFORMED, read(ByteBuffer.wrap(Arrays.copyOf(whole, length))));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldRefuseAnotherMagicOrVersion(int position) {
        for (int value = 0; value < 256; value++) {
            ByteBuffer datagram = datagram(0, 1, 1, 1186, 1);
            boolean right = Byte.toUnsignedInt(datagram.get(position)) == value;
            datagram.put(position, (byte) value);

            assertEquals(right ? null : FrameDrop.MALFORMED, read(datagram));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1048577, 1186, 1186, TOO_LARGE", // one byte over the limit
        "0, -1, 1186, 1186, TOO_LARGE", // unsigned
        "0, -2147483648, 1186, 1186, TOO_LARGE",
        "0, 0, 1186, 1, MALFORMED", // an empty frame
        "0, 1000, 0, 1, MALFORMED", // nothing in a fragment
        "0, 1000, 255, 255, MALFORMED", // too small a fragment
        "0, 1048576, 1, 1, MALFORMED",
        "0, 1000, 256, 256, ",
        "3, 1000, 256, 232, ", // the last
        "3, 1000, 256, 231, MALFORMED",
        "3, 1000, 256, 256, MALFORMED",
        "2, 1000, 256, 255, MALFORMED",
        "4, 1000, 256, 232, MALFORMED", // after the last
        "65535, 1000, 256, 232, MALFORMED",
        "1, 512, 256, 256, ", // the last is full
        "2, 512, 256, 1, MALFORMED",
        "0, 100, 100, 100, ", // alone, and as small as it likes
        "0, 100, 65535, 100, ",
        "1, 100, 65535, 100, MALFORMED"
    })
    void shouldAcceptOnlyNumbersThatFitTogether(
            int index, int frameBytes, int fragmentBytes, int payload, FrameDrop expected) {
        assertEquals(expected, read(datagram(index, 7, frameBytes, fragmentBytes, payload)));
    }
}
