package dev.culvert.ice.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

/**
 * Datagrams of any bytes, and fragments whose headers are wild but hang together, at any times: memory stays within its
 * bounds and is given back, and an honest frame still comes through whole.
 */
class FrameAssemblerFuzzTest {
    private static final FrameConfig CONFIG = Fragments.withFragmentsOf(300)
            .maxFrameBytes(32_000)
            .peerBytes(65_536)
            .memoryBytes(65_536)
            .build();

    @FuzzTest
    void shouldStandAnyFragments(byte[] input) {
        FrameMemory memory = new FrameMemory(CONFIG.memoryBytes());
        FrameAssembler assembler = new FrameAssembler(CONFIG, memory);
        ByteBuffer in = ByteBuffer.wrap(input);
        long now = 0;
        while (in.remaining() >= 8) {
            now += (in.get() & 0x7f) * 10L * Fragments.MILLI;
            ByteBuffer frame = assembler.onDatagram(now, datagram(in));
            assertTrue(frame == null || frame.remaining() <= CONFIG.maxFrameBytes(), "a frame over the bound");
            FrameStats stats = assembler.stats();
            assertEquals(stats.heldBytes(), memory.used(), "the budget knows another number");
            assertTrue(stats.heldBytes() >= 0 && stats.heldBytes() <= CONFIG.peerBytes(), () -> "holds " + stats);
            assertTrue(
                    stats.partialFrames() <= stats.outstandingFragments(), () -> "frames without a fragment: " + stats);
        }

        assembler.expire(now + CONFIG.reassemblyTime().toNanos());
        assertEquals(0, memory.used(), "kept what has expired");
        assertHonestFrame(assembler, now + CONFIG.reassemblyTime().toNanos());
        assembler.close();
        assertEquals(0, memory.used(), "kept something after close");
    }

    private static ByteBuffer datagram(ByteBuffer in) {
        int first = Byte.toUnsignedInt(in.get());
        if (first >= 0xC0) {
            byte[] raw = new byte[Math.min(first - 0xC0, in.remaining())];
            in.get(raw);
            return ByteBuffer.wrap(raw);
        }
        int id = in.get();
        int frameBytes = Short.toUnsignedInt(in.getShort());
        int fragmentBytes = Short.toUnsignedInt(in.getShort());
        int index = first & 0x0f;
        int length = fragmentBytes;
        if ((first & 0x80) == 0) { // as the header says it should be
            length = Math.min(fragmentBytes, Math.max(0, frameBytes - index * fragmentBytes));
        }
        return Fragments.datagram(index, id, frameBytes, fragmentBytes, Math.min(length, 2_000));
    }

    private static void assertHonestFrame(FrameAssembler assembler, long now) {
        byte[] frame = Fragments.frame(1_000, 1);
        ByteBuffer whole = null;
        int id = 0x7fff_0000; // the input's fit a byte
        for (int index = 0; index < 4; index++) {
            assertNull(whole, "whole too early");
            int from = index * 300;
            ByteBuffer datagram = Fragments.datagram(index, id, 1_000, 300, Math.min(300, 1_000 - from));
            datagram.put(FragmentHeader.BYTES, frame, from, Math.min(300, 1_000 - from));
            whole = assembler.onDatagram(now, datagram);
        }
        assertArrayEquals(frame, Fragments.bytes(whole));
    }
}
