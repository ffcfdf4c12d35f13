package dev.culvert.bench;

import com.google.gson.JsonObject;
import dev.culvert.ice.ContextConfig;
import dev.culvert.ice.IceConfig;
import dev.culvert.ice.IceContext;
import dev.culvert.ice.IceDescription;
import dev.culvert.ice.Role;
import dev.culvert.ice.SendStatus;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * In a JVM of its own: numbered messages at an even pace between two contexts. A sends; B takes each from its queue and
 * answers with the same; A's handler counts the answers. Heap and resident memory are taken at intervals.
 */
final class SoakProbe {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int MESSAGE_BYTES = 256;
    private static final int SAMPLES = 30;

    /** Room for what comes while the machine does something else: a full queue drops, as it should, and not by loss. */
    private static final int QUEUE = 4_096;

    /** Of the samples, the first tells of a JVM that is still warming up. */
    private static final double SETTLED = 0.3;

    private final int messages;
    private final Duration duration;
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong nextMessage = new AtomicLong();
    private final AtomicLong nextAnswer = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private final List<Samples.Point> heap = new ArrayList<>();
    private final List<Samples.Point> rss = new ArrayList<>();

    private long samplingNanos;

    private SoakProbe(int messages, Duration duration) {
        this.messages = messages;
        this.duration = duration;
    }

    /** Arguments: messages each way, milliseconds. */
    public static void main(String[] arguments) {
        ChildJvm.endWithParent();
        ChildJvm.report(() ->
                new SoakProbe(Integer.parseInt(arguments[0]), Duration.ofMillis(Long.parseLong(arguments[1]))).run());
    }

    private JsonObject run() throws InterruptedException {
        IceConfig config = IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .build();
        try (IceContext a = IceContext.open(config, ContextConfig.handler(this::onAnswer));
                IceContext b = IceContext.open(config, ContextConfig.queue().withQueueCapacity(QUEUE))) {
            IceDescription offer = a.gather(TIMEOUT);
            IceDescription answer = b.gather(TIMEOUT);
            var connected = b.connectAsync(offer, Role.CONTROLLED, TIMEOUT);
            a.connect(answer, Role.CONTROLLING, TIMEOUT);
            connected.join();
            Thread answering = new Thread(() -> answer(b), "bench-answering");
            answering.setDaemon(true);
            answering.start();
            return measure(a, answering);
        }
    }

    private JsonObject measure(IceContext a, Thread answering) throws InterruptedException {
        long cpuStart = Footprint.cpuNanos();
        long start = System.nanoTime();
        ByteBuffer message = Messages.ofSize(MESSAGE_BYTES);
        for (int i = 0; i < messages; i++) {
            waitUntil(start + (long) (duration.toNanos() * (double) i / messages));
            message.clear();
            message.putLong(0, mark(i));
            if (a.send(message) != SendStatus.SENT) {
                wrong.incrementAndGet();
            }
            if (i % Math.max(1, messages / SAMPLES) == 0) {
                long before = System.nanoTime();
                sample(i);
                start += System.nanoTime() - before; // or else what was not sent meanwhile would follow as a burst
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9; // without those of the samples
        double cpuSeconds = (Footprint.cpuNanos() - cpuStart - samplingNanos) / 1e9;
        waitUntil(System.nanoTime() + Duration.ofMillis(500).toNanos()); // the last may be on their way
        sample(messages);
        JsonObject report = new JsonObject();
        report.addProperty("lost", 2L * messages - received.get() - answered.get());
        report.addProperty("wrong", wrong.get());
        report.addProperty("seconds", seconds);
        report.addProperty("cpuShare", cpuSeconds / seconds);
        report.addProperty("heapGrowth", growth(heap));
        report.addProperty("rssGrowth", growth(rss));
        answering.interrupt();
        answering.join();
        return report;
    }

    /** The number, with a first byte that is not that of a STUN message. */
    private static long mark(long number) {
        return number | 0xA5L << 56;
    }

    private static long unmark(long marked) {
        return marked & ~(0xFFL << 56);
    }

    private static void waitUntil(long nanos) {
        long left = nanos - System.nanoTime();
        while (left > 0) {
            LockSupport.parkNanos(left);
            left = nanos - System.nanoTime();
        }
    }

    private void sample(int sent) {
        long cpuBefore = Footprint.cpuNanos();
        heap.add(new Samples.Point(sent, Footprint.measureHeap()));
        samplingNanos += Footprint.cpuNanos() - cpuBefore; // collections that are ours, not the contexts'
        rss.add(new Samples.Point(sent, Footprint.measureRss()));
    }

    /** Bytes over the whole run, by the slope of what was seen after the JVM had warmed up. */
    private double growth(List<Samples.Point> points) {
        List<Samples.Point> settled = points.subList((int) (points.size() * SETTLED), points.size());
        return Samples.slope(settled) * messages;
    }

    private void answer(IceContext b) {
        ByteBuffer buffer = ByteBuffer.allocate(MESSAGE_BYTES);
        try {
            while (true) {
                buffer.clear();
                if (b.recvTimeout(buffer, -1) < 0) {
                    return;
                }
                buffer.flip();
                check(buffer, received, nextMessage);
                b.send(buffer);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the end
        }
    }

    private void onAnswer(ByteBuffer answer) {
        check(answer, answered, nextAnswer);
    }

    /** On loopback messages keep their order: each must be the one after the last. */
    private void check(ByteBuffer message, AtomicLong seen, AtomicLong next) {
        seen.incrementAndGet();
        long number = message.getLong(message.position());
        if (message.remaining() != MESSAGE_BYTES || number != mark(next.get())) {
            wrong.incrementAndGet();
        }
        next.set(unmark(number) + 1);
    }
}
