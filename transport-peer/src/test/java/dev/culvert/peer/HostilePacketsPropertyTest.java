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
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.statistics.Statistics;

/** Whatever an authenticated peer sends, its session throws nothing, and takes memory for what came, not for more. */
class HostilePacketsPropertyTest {
    /** For each packet: its copies on the way, the answer, and what the test itself keeps of it. */
    private static final long BYTES_PER_PACKET = 10_000;

    private static final long BYTES_PER_SESSION = 50_000;

    enum Kind {
        WHOLE_MESSAGE,
        FIRST_OF_MANY,
        NEXT,
        AHEAD,
        POSSIBLE_ACK,
        WILD_ACK,
        WILD_DATA,
        WILD_BYTES,
        PING,
        HELLO
    }

    /** One packet: what it is like, and where its numbers come from. */
    record Step(Kind kind, long seed) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Kind> kind = Arbitraries.frequency(
                Tuple.of(12, Kind.WHOLE_MESSAGE),
                Tuple.of(6, Kind.FIRST_OF_MANY),
                Tuple.of(12, Kind.NEXT),
                Tuple.of(12, Kind.AHEAD),
                Tuple.of(6, Kind.POSSIBLE_ACK),
                Tuple.of(4, Kind.WILD_ACK),
                Tuple.of(1, Kind.WILD_DATA),
                Tuple.of(1, Kind.WILD_BYTES),
                Tuple.of(2, Kind.PING),
                Tuple.of(2, Kind.HELLO));
        return Combinators.combine(kind, Arbitraries.longs())
                .as(Step::new)
                .list()
                .ofMaxSize(60);
    }

    /** Builds packets of which many pass the first checks: their numbers go on from those before. */
    private static final class Builder {
        private long next;
        private boolean inside;

        byte[] packet(Step step) {
            Random random = new Random(step.seed());
            return switch (step.kind()) {
                case WHOLE_MESSAGE -> {
                    inside = false;
                    yield first(next++, Packets.FIRST | Packets.LAST, random.nextInt(1_000));
                }
                case FIRST_OF_MANY -> {
                    inside = true;
                    yield first(next++, Packets.FIRST, 1_000, random.nextInt(PeerTransport.MAX_MESSAGE_BYTES));
                }
                case NEXT -> {
                    byte flags = inside ? 0 : (byte) random.nextInt(4);
                    yield data(next++, flags, new byte[random.nextInt(1_100)]);
                }
                case AHEAD -> first(next + random.nextInt(300), Packets.FIRST | Packets.LAST, random.nextInt(1_000));
                case POSSIBLE_ACK -> ack(random.nextInt(4), random.nextInt(8), random.nextInt(3));
                case WILD_ACK -> ack(random.nextLong(), random.nextLong(), random.nextLong());
                case WILD_DATA ->
                    first(random.nextLong(), random.nextInt(256), random.nextInt(1_000), random.nextInt());
                case WILD_BYTES -> {
                    byte[] bytes = new byte[1 + random.nextInt(200)];
                    random.nextBytes(bytes);
                    yield bytes;
                }
                case PING -> new byte[] {Packets.PING};
                case HELLO -> new byte[] {Packets.HELLO};
            };
        }

        private static byte[] first(long sequence, int flags, int length) {
            return first(sequence, flags, length, length);
        }

        private static byte[] first(long sequence, int flags, int length, int announced) {
            ByteBuffer content = ByteBuffer.allocate(Packets.MESSAGE_HEAD + length);
            content.putLong(sequence).putLong(length).putInt(announced);
            return data(sequence, (byte) flags, content.array());
        }

        private static byte[] data(long sequence, byte flags, byte[] content) {
            return ByteBuffer.allocate(Packets.DATA_HEAD + content.length)
                    .put(Packets.DATA)
                    .putLong(sequence)
                    .put(flags)
                    .put(content)
                    .array();
        }

        private static byte[] ack(long expected, long beyond, long handled) {
            return ByteBuffer.allocate(Packets.ACK_LENGTH)
                    .put(Packets.ACK)
                    .putLong(expected)
                    .putLong(beyond)
                    .putLong(handled)
                    .array();
        }
    }

    @Property(tries = 2_000)
    void shouldSurviveAnyPackets(@ForAll("steps") List<Step> steps) {
        SessionPair pair = SessionPair.up();
        pair.a.session.send(SessionPair.id(1), new byte[3_000]);
        Builder builder = new Builder();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        for (Step step : steps) {
            pair.a.receive(builder.packet(step));
            pair.loop.runDue();
        }

        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        long most = BYTES_PER_SESSION + BYTES_PER_PACKET * steps.size();
        assertTrue(allocated <= most, allocated + " bytes for " + steps.size() + " packets");
        pair.after(Duration.ofMinutes(1));
        assertTrue(pair.a.downs().size() <= 1);
        assertTrue(pair.a.delivered.size() <= 1);
        Statistics.label("session")
                .collect(pair.a.downs().isEmpty() ? "goes on" : "ended")
                .coverage(ends -> {
                    ends.check("goes on").percentage(share -> share > 5);
                    ends.check("ended").percentage(share -> share > 5);
                });
        Statistics.label("messages")
                .collect(pair.a.messages.isEmpty() ? "none" : "some")
                .coverage(messages -> messages.check("some").percentage(share -> share > 20));
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
