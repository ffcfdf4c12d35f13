package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Whatever an authenticated peer sends, its session throws nothing, and takes memory for what came, not for more. */
class HostilePacketsPropertyTest {
    /** For each packet: its copies on the way, the answer, what the test itself keeps of it. */
    private static final long BYTES_PER_PACKET = 40_000;

    @Provide
    Arbitrary<List<byte[]>> packets() {
        Arbitrary<byte[]> anything =
                Arbitraries.bytes().array(byte[].class).ofMinSize(1).ofMaxSize(200);
        Arbitrary<byte[]> data = Combinators.combine(
                        Arbitraries.longs().between(-2, 300),
                        Arbitraries.bytes(),
                        Arbitraries.integers(),
                        Arbitraries.integers().between(0, 1_200))
                .as(HostilePacketsPropertyTest::data);
        Arbitrary<byte[]> ack = Combinators.combine(
                        Arbitraries.longs(), Arbitraries.longs(), Arbitraries.longs(), Arbitraries.of(true, false))
                .as((expected, beyond, handled, small) -> ByteBuffer.allocate(Packets.ACK_LENGTH)
                        .put(Packets.ACK)
                        .putLong(small ? expected & 7 : expected)
                        .putLong(beyond)
                        .putLong(small ? handled & 7 : handled)
                        .array());
        Arbitrary<byte[]> ping = Arbitraries.of(Packets.PING, Packets.HELLO).map(type -> new byte[] {type});
        return Arbitraries.oneOf(anything, data, data, ack, ping).list().ofMaxSize(40);
    }

    /** Mostly in order and of a length that may be right, so that some pass the first checks. */
    private static byte[] data(long sequence, byte flags, int announced, int content) {
        int length = announced % 3 == 0 ? content : announced;
        return ByteBuffer.allocate(Packets.DATA_HEAD + Packets.MESSAGE_HEAD + content)
                .put(Packets.DATA)
                .putLong(sequence % 4)
                .put(flags)
                .putLong(1)
                .putLong(announced)
                .putInt(length)
                .array();
    }

    @Property(tries = 2_000)
    void shouldSurviveAnyPackets(@ForAll("packets") List<byte[]> packets) {
        SessionPair pair = SessionPair.up();
        pair.a.session.send(SessionPair.id(1), new byte[3_000]);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        for (byte[] packet : packets) {
            pair.a.receive(packet);
            pair.loop.runDue();
        }

        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated <= BYTES_PER_PACKET * (packets.size() + 1L), allocated + " bytes for " + packets.size());
        assertTrue(pair.a.downs().size() <= 1);
        pair.after(Duration.ofMinutes(1));
        assertTrue(pair.a.downs().size() <= 1);
    }

    @Property(tries = 200)
    void shouldSurviveAnyDatagrams(@ForAll @Size(max = 50) List<byte[]> datagrams, @ForAll long seed) {
        SessionPair pair = SessionPair.up();
        Random random = new Random(seed);
        for (byte[] datagram : datagrams) {
            pair.a.session.onDatagram(ByteBuffer.wrap(datagram));
            byte[] genuine = pair.b.sent.get(random.nextInt(pair.b.sent.size())).clone();
            genuine[random.nextInt(genuine.length)] ^= (byte) (1 + random.nextInt(255));
            pair.a.session.onDatagram(ByteBuffer.wrap(genuine));
        }

        assertEquals(List.of("up"), pair.a.events);
        assertEquals(2L * datagrams.size(), pair.a.counters.snapshot().get("packets.not-authentic"));
    }
}
