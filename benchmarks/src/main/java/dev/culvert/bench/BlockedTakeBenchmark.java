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
import org.openjdk.jmh.annotations.TearDown;

/**
 * A message to a consumer that is blocked in take, each time: the producer offers only when it sees the consumer wait.
 * What it costs is the wake-up; what it allocates is what this benchmark is for.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // set by JMH
public class BlockedTakeBenchmark {
    /** Which queue. */
    @Param({"ReceiveQueue", "ArrayBlockingQueue", "synchronized ring"})
    public String kind;

    /** Bytes of a message. */
    @Param({"64", "1200"})
    public int payload;

    private final Stall stall = new Stall("the consumer to wait");
    private Mailbox mailbox;
    private ByteBuffer in;
    private Thread consumer;
    private volatile long taken;
    private long offered;

    /** Starts the consumer. */
    @Setup
    public void open() {
        mailbox = Mailbox.open(kind);
        in = ByteBuffer.allocateDirect(payload);
        consumer = new Thread(this::consume, "bench-consumer");
        consumer.setDaemon(true);
        consumer.start();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void consume() {
        ByteBuffer out = ByteBuffer.allocate(payload);
        try {
            while (true) {
                out.clear();
                mailbox.take(out);
                taken++;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the end
        }
    }

    /** Offers one message to the waiting consumer. */
    @Benchmark
    public void offerToWaiting() {
        stall.reset();
        while (taken != offered || consumer.getState() != Thread.State.WAITING) {
            stall.pause();
        }
        in.clear();
        mailbox.offer(in);
        offered++;
    }

    /** Ends the consumer. */
    @TearDown
    public void close() throws InterruptedException {
        consumer.interrupt();
        consumer.join();
    }
}
