package dev.culvert.bench;

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

/** A message in and out again on one thread: what the queue itself costs, with nobody waiting. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // set by JMH
public class QueueBenchmark {
    /** Which queue. */
    @Param({"ReceiveQueue", "ArrayBlockingQueue", "synchronized ring"})
    public String kind;

    /** Bytes of a message. */
    @Param({"64", "1200"})
    public int payload;

    private Mailbox mailbox;
    private ByteBuffer in;
    private ByteBuffer out;

    /** Made once for each fork. */
    @Setup
    public void open() {
        mailbox = Mailbox.open(kind);
        in = ByteBuffer.allocateDirect(payload); // as the I/O thread's is
        out = ByteBuffer.allocate(payload);
    }

    /** Offers and takes one message. */
    @Benchmark
    public int offerTake() {
        in.clear();
        mailbox.offer(in);
        out.clear();
        return mailbox.poll(out);
    }
}
