package dev.culvert.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Messages one way as fast as they arrive: at most 128 are on their way, so that none is lost in the kernel, and a send
 * counts as one operation whose message has been or will be received. Fails when one is not.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // set by JMH
public class OneWayBenchmark {
    /** 128 datagrams of 1200 B take some 300 KB of a socket's buffer, which Linux without any tuning gives. */
    private static final int WINDOW = 128;

    /** Which link. */
    @Param({"IceContext", "DatagramChannel"})
    public String kind;

    /** Bytes of a message. */
    @Param({"64", "1200"})
    public int payload;

    private final Stall stall = new Stall("the far side to receive");
    private Link link;
    private ByteBuffer message;
    private volatile long received;
    private long sent;
    private long seen;

    /** Connects. */
    @Setup
    public void open() throws IOException {
        message = Messages.ofSize(payload);
        link = Link.open(kind, unexpected -> {}, datagram -> count(datagram.remaining()));
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the far side's reading thread
    private void count(int length) {
        if (length == payload) {
            received++;
        }
    }

    /** Sends one message. */
    @Benchmark
    public void send() {
        if (sent - seen >= WINDOW) {
            awaitReceived(sent - WINDOW + 1);
        }
        message.clear();
        if (!link.sendToFar(message)) {
            throw new IllegalStateException("The kernel refused a datagram");
        }
        sent++;
    }

    private void awaitReceived(long wanted) {
        stall.reset();
        seen = received;
        while (seen < wanted) {
            stall.pause();
            seen = received;
        }
    }

    /** Everything that was sent must have come. */
    @TearDown(Level.Iteration)
    public void drain() {
        awaitReceived(sent);
    }

    /** Disconnects. */
    @TearDown
    public void close() {
        link.close();
    }
}
