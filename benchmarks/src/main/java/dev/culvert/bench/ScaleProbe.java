package dev.culvert.bench;

import com.google.gson.JsonObject;
import dev.culvert.ice.BenchmarkAccess;
import dev.culvert.ice.ContextConfig;
import dev.culvert.ice.IceConfig;
import dev.culvert.ice.IceContext;
import dev.culvert.ice.IceDescription;
import dev.culvert.ice.IceEndpoint;
import dev.culvert.ice.Role;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * In a JVM of its own: one endpoint with many contexts, each towards another socket of {@link FarSide}. First one
 * context for the data stream and some that only warm up; what is held then is the base of every "for each context".
 */
final class ScaleProbe {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);
    private static final long STREAM_PERIOD_MICROS = 1_000;
    private static final long CLOSED_WITHIN_NANOS = 10_000_000_000L;

    /** ice4j frees the candidates that were not chosen 3 s after it has connected. */
    private static final Duration SETTLING = Duration.ofSeconds(5);

    /** Of heap that may stay for each closed context: as for a cycle. */
    private static final long LEFTOVER_BYTES = 1_024;

    /** By so much a JVM's heap varies anyway. */
    private static final long NOISE_BYTES = 256 * 1_024;

    private final int contexts;
    private final int warmUp;
    private final int inFlight;
    private final Duration idle;
    private final Latencies latencies = new Latencies();
    private final IceEndpoint endpoint;
    private final FarPeers far;
    private final JsonObject report = new JsonObject();
    private int started;
    private final AtomicInteger connected = new AtomicInteger();

    private ScaleProbe(int contexts, int inFlight, Duration idle, boolean stunOnIoThread) throws Exception {
        this.contexts = contexts;
        this.inFlight = inFlight;
        this.idle = idle;
        warmUp = Math.min(200, 2 * contexts); // the pools then have the size that a storm gives them
        IceConfig config = IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .maxContexts(contexts + warmUp + 1)
                .build();
        endpoint = stunOnIoThread ? BenchmarkAccess.openWithStunOnIoThread(config) : IceEndpoint.open(config);
        far = new FarPeers(contexts + warmUp + 1);
    }

    /** Arguments: contexts, connects in flight, milliseconds to watch them idle, whether STUN is on the I/O thread. */
    public static void main(String[] arguments) {
        ChildJvm.endWithParent();
        ChildJvm.report(() -> {
            ScaleProbe probe = new ScaleProbe(
                    Integer.parseInt(arguments[0]),
                    Integer.parseInt(arguments[1]),
                    Duration.ofMillis(Long.parseLong(arguments[2])),
                    Boolean.parseBoolean(arguments[3]));
            try {
                return probe.measure();
            } finally {
                probe.endpoint.close();
                probe.far.close();
            }
        });
    }

    private JsonObject measure() throws InterruptedException {
        connectAll(gather(1, ContextConfig.handler(latencies)));
        connectAll(gather(warmUp, ContextConfig.queue())).forEach(IceContext::close);
        far.end(1, warmUp + 1);
        connected.set(0);
        if (idle.isZero()) {
            storm();
        } else {
            Footprint base = settled();
            List<IceContext> open = storm();
            Footprint held = settled();
            Footprint.pause(idle); // the compiler has work left from the storm
            report.addProperty("idleCpuShare", cpuShare(idle));
            Footprint after = close(open, base);
            addFootprint(base, held, after);
        }
        return report;
    }

    /** What is held once ice4j has let go of what it needs for connecting only. */
    private Footprint settled() {
        Footprint.settle(idle.compareTo(SETTLING) < 0 ? idle : SETTLING);
        return Footprint.take();
    }

    private record Prepared(IceContext context, IceDescription description) {}

    private List<Prepared> gather(int count, ContextConfig config) {
        List<Prepared> prepared = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            IceContext context = endpoint.openContext(config);
            prepared.add(new Prepared(context, context.gather(CONNECT_TIMEOUT)));
        }
        return prepared;
    }

    /** Connects all of them with never more than so many at once, while data arrives. */
    private List<IceContext> storm() throws InterruptedException {
        List<Prepared> prepared = gather(contexts, ContextConfig.queue());
        far.startStream(STREAM_PERIOD_MICROS);
        Footprint.pause(Duration.ofMillis(200));
        int first = latencies.received();
        long start = System.nanoTime();
        List<IceContext> open = connectAll(prepared);
        report.addProperty("stormMillis", (System.nanoTime() - start) / 1e6);
        int last = latencies.received();
        int sent = far.stopStream();
        Footprint.pause(Duration.ofMillis(500));
        report.addProperty("connectedNear", connected.get());
        report.addProperty("stormP50Millis", latencies.percentile(first, last, 50));
        report.addProperty("stormP99Millis", latencies.percentile(first, last, 99));
        report.addProperty("streamLost", sent - latencies.received());
        return open;
    }

    private List<IceContext> connectAll(List<Prepared> prepared) throws InterruptedException {
        Semaphore permits = new Semaphore(inFlight);
        int before = far.awaitOutcomes(started);
        for (Prepared next : prepared) {
            permits.acquire();
            int index = started++;
            far.startConnecting(index, next.description());
            var unused = next.context()
                    .connectAsync(far.description(index), Role.CONTROLLING, CONNECT_TIMEOUT)
                    .whenComplete((pair, failure) -> {
                        if (failure == null) {
                            connected.incrementAndGet();
                        } else {
                            System.err.println(failure);
                        }
                        permits.release();
                    });
        }
        permits.acquire(inFlight); // all have ended
        report.addProperty("connectedFar", far.awaitOutcomes(started) - before);
        return new ArrayList<>(prepared.stream().map(Prepared::context).toList());
    }

    /** Heap by the less favourable of two bases: before there were contexts, and after they were closed. */
    private void addFootprint(Footprint base, Footprint now, Footprint after) {
        report.addProperty("heapEach", (double) (now.heap() - Math.min(base.heap(), after.heap())) / contexts);
        report.addProperty("rssEach", (double) (now.rss() - base.rss()) / contexts);
        report.addProperty("descriptors", now.descriptors() - base.descriptors());
        report.addProperty("threads", now.threads() - base.threads());
        report.addProperty("poolThreads", now.poolThreads());
    }

    private static double cpuShare(Duration time) {
        long start = System.nanoTime();
        long cpu = Footprint.cpuNanos();
        Footprint.pause(time);
        return (Footprint.cpuNanos() - cpu) / (double) (System.nanoTime() - start);
    }

    private Footprint close(List<IceContext> open, Footprint base) {
        long start = System.nanoTime();
        open.forEach(IceContext::close);
        open.clear(); // an app lets go of them, too
        report.addProperty("closeMillis", (System.nanoTime() - start) / 1e6);
        Footprint now = Footprint.take();
        while (!isBack(now, base) && System.nanoTime() - start < CLOSED_WITHIN_NANOS) {
            Footprint.pause(Duration.ofMillis(100));
            now = Footprint.take();
        }
        report.addProperty("backMillis", (System.nanoTime() - start) / 1e6);
        report.addProperty("leftoverEach", (double) (now.heap() - base.heap()) / contexts);
        return now;
    }

    private boolean isBack(Footprint now, Footprint base) {
        return now.descriptors() <= base.descriptors()
                && now.threads() <= base.threads()
                && now.heap() <= base.heap() + NOISE_BYTES + LEFTOVER_BYTES * contexts;
    }
}
