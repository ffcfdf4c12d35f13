package dev.culvert.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * There and back, one message at a time: the far side's handler answers on its reading thread; the sender sees the
 * answer through a volatile counter, since waking it would cost more than all else and the same on both sides.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings("NullAway.Init") // set by JMH
public class PingPongBenchmark {
    /** Which link. */
    @Param({"IceContext", "DatagramChannel"})
    public String kind;

    /** Bytes of a message. */
    @Param({"64", "1200"})
    public int payload;

    private final Stall stall = new Stall("the answer");
    private Link link;
    private ByteBuffer message;
    private volatile long answers;
    private long asked;

    /** Connects. */
    @Setup
    public void open() throws IOException {
        message = Messages.ofSize(payload);
        link = Link.open(kind, pong -> countAnswer(), ping -> answer(ping));
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the near side's reading thread
    private void countAnswer() {
        answers++;
    }

    private void answer(ByteBuffer ping) {
        if (!link.sendToNear(ping)) {
            throw new IllegalStateException("The kernel refused a datagram");
        }
    }

    /** One message there and back. */
    @Benchmark
    public void roundTrip() {
        message.clear();
        if (!link.sendToFar(message)) {
            throw new IllegalStateException("The kernel refused a datagram");
        }
        asked++;
        stall.reset();
        while (answers < asked) {
            stall.pause();
        }
    }

    /** Disconnects. */
    @TearDown
    public void close() {
        link.close();
    }
}
