package dev.culvert.bench;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages between two connected peers on loopback, beside webrtc-java's data channel: each library in a JVM of its own, both
 * alive at once and asked in turn. And what a session takes on top of ICE, and holds while it is idle.
 */
final class MessagesSuite implements Suite {
    private static final String BASELINE = "webrtc-java";
    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final int SIZE = 64 * KIB;
    private static final int SMALL = KIB;
    private static final int LARGE = 16 * MIB;

    /** The answer to a message comes when it has been handled, so some are to be on their way. */
    private static final int WINDOW = 32 * MIB;

    /** What may be in a data channel's own buffer; which is faster depends on the machine, so both are tried. */
    private static final List<Integer> BUFFERS = List.of(512 * KIB, MIB);

    private static final double MOST_SECURING_MILLIS = 20;
    private static final int PING = 100;

    /** The receiver writes at most every 20 ms which messages were handled, the first one at once. */
    private static final int PAUSE_MILLIS = 30;

    private static final double MOST_IDLE_HEAP_KIB = 60;
    private static final double MOST_IDLE_RSS_KIB = 2_500;

    private final List<String> webrtcOptions;

    MessagesSuite() {
        this(List.of());
    }

    /** With options for webrtc-java's JVM. */
    MessagesSuite(List<String> webrtcOptions) {
        this.webrtcOptions = webrtcOptions;
    }

    @Override
    public String name() {
        return "messages";
    }

    @Override
    public List<Row> run(Plan plan) throws Exception {
        List<Row> rows = new ArrayList<>(pipes(plan.sessions()));
        rows.addAll(setUps(plan.sessions()));
        rows.addAll(idle(plan));
        return rows;
    }

    /** A library in its JVM. */
    private static final class Side implements AutoCloseable {
        private final Scratch scratch = new Scratch();
        private final ChildJvm child;
        private final @Nullable String lacks;

        Side(String kind, List<String> options) throws IOException, InterruptedException {
            String directory = scratch.path().toString();
            List<String> all = new ArrayList<>(options);
            all.add("-Djava.io.tmpdir=" + directory); // native libraries are unpacked there
            child = ChildJvm.start(MessagesProbe.class, all, List.of(kind, directory));
            String missing = null;
            try {
                JsonObject first = child.next(TIMEOUT);
                missing = first.has(MessagesProbe.LACKS)
                        ? first.get(MessagesProbe.LACKS).getAsString()
                        : null;
            } catch (IllegalStateException e) {
                missing = String.valueOf(e.getMessage()); // a native library can end the whole process
            }
            lacks = missing;
        }

        private JsonObject ask(String command, int... numbers) throws InterruptedException {
            StringBuilder line = new StringBuilder(command);
            for (int number : numbers) {
                line.append(' ').append(number);
            }
            child.send(line.toString());
            return child.next(TIMEOUT);
        }

        void warm(int bytes, int count, int window, long millis) throws InterruptedException {
            ask("warm", bytes, count, window, (int) millis);
        }

        /** Messages per second. */
        double rate(int bytes, int count, int window) throws InterruptedException {
            return count / ask("send", bytes, count, window).get("seconds").getAsDouble();
        }

        double[] roundTrips(int bytes, int count, int pauseMillis) throws InterruptedException {
            return new Gson()
                    .fromJson(ask("roundTrips", bytes, count, pauseMillis).get("millis"), double[].class);
        }

        @Override
        public void close() throws IOException {
            child.close();
            scratch.close();
        }
    }

    private List<Row> pipes(Plan.Sessions plan) throws Exception {
        try (Side ours = new Side(MessagesProbe.CULVERT, List.of());
                Side webrtc = new Side(MessagesProbe.WEBRTC, webrtcOptions)) {
            if (ours.lacks != null) {
                throw new IllegalStateException(ours.lacks);
            }
            long millis = plan.warmup().toMillis();
            ours.warm(SIZE, plan.messages(), WINDOW, millis);
            List<Row> rows = new ArrayList<>();
            if (webrtc.lacks == null) {
                for (int buffer : BUFFERS) {
                    webrtc.warm(SIZE, plan.messages(), buffer, millis / BUFFERS.size());
                }
                rows.addAll(
                        compare("64 KiB", SIZE, plan.messages(), plan.rounds(), ours, webrtc, Limit.ratioAtLeast(5)));
                rows.addAll(compare("1 KiB", SMALL, plan.small(), plan.rounds(), ours, webrtc, null));
            } else {
                rows.add(Row.skipped("one way beside " + BASELINE, "MB/s", webrtc.lacks));
                rows.addAll(alone("64 KiB", SIZE, plan.messages(), plan.rounds(), ours));
                rows.addAll(alone("1 KiB", SMALL, plan.small(), plan.rounds(), ours));
            }
            rows.addAll(alone("16 MiB", LARGE, plan.large(), plan.rounds(), ours)); // more than a data channel takes
            rows.addAll(roundTrips("100 B until its result", plan.roundTrips(), PAUSE_MILLIS, ours));
            rows.addAll(roundTrips("the same, the next at once", plan.roundTrips(), 0, ours));
            return rows;
        }
    }

    private static List<Row> roundTrips(String name, int count, int pauseMillis, Side ours)
            throws InterruptedException {
        ours.roundTrips(PING, count / 2, pauseMillis);
        double[] millis = ours.roundTrips(PING, count, pauseMillis);
        return List.of(
                Row.of(name + " p50", "ms", Samples.median(millis), null),
                Row.of(name + " p99", "ms", Samples.percentile(millis, 99), null));
    }

    private static List<Row> compare(
            String size, int bytes, int count, int rounds, Side ours, Side webrtc, @Nullable Limit limit)
            throws InterruptedException {
        double[] own = new double[rounds];
        double[][] other = new double[BUFFERS.size()][rounds];
        for (int round = -1; round < rounds; round++) { // the first one warms up for this size
            boolean oursFirst = round % 2 == 0;
            double first = oursFirst ? ours.rate(bytes, count, WINDOW) : 0;
            double[] theirs = new double[BUFFERS.size()];
            for (int i = 0; i < theirs.length; i++) {
                theirs[i] = webrtc.rate(bytes, count, BUFFERS.get(i));
            }
            double rate = oursFirst ? first : ours.rate(bytes, count, WINDOW);
            if (round >= 0) {
                own[round] = rate;
                for (int i = 0; i < theirs.length; i++) {
                    other[i][round] = theirs[i];
                }
            }
        }
        double[] best = other[0];
        for (double[] rates : other) {
            best = Samples.median(rates) > Samples.median(best) ? rates : best;
        }
        String name = size + " one way";
        return List.of(
                Row.compare(name, "MB/s", megabytes(own, bytes), BASELINE, megabytes(best, bytes), limit),
                Row.compare(name, "messages/s", own, BASELINE, best, null));
    }

    private static List<Row> alone(String size, int bytes, int count, int rounds, Side ours)
            throws InterruptedException {
        double[] own = new double[rounds];
        ours.rate(bytes, count, WINDOW);
        for (int round = 0; round < rounds; round++) {
            own[round] = ours.rate(bytes, count, WINDOW);
        }
        String name = size + " one way";
        return List.of(
                Row.of(name, "MB/s", Samples.median(megabytes(own, bytes)), null),
                Row.of(name, "messages/s", Samples.median(own), null));
    }

    private static double[] megabytes(double[] rates, int bytes) {
        double[] megabytes = new double[rates.length];
        for (int i = 0; i < rates.length; i++) {
            megabytes[i] = rates[i] * bytes / 1e6;
        }
        return megabytes;
    }

    private static List<Row> setUps(Plan.Sessions plan) throws Exception {
        try (Scratch scratch = new Scratch()) {
            JsonObject report = ChildJvm.ask(
                    SetUpProbe.class,
                    List.of("-Djava.io.tmpdir=" + scratch.path()),
                    List.of(
                            scratch.path().toString(),
                            Integer.toString(plan.warmConnections()),
                            Integer.toString(plan.connections())),
                    TIMEOUT);
            double[] secured = new Gson().fromJson(report.get("secured"), double[].class);
            double[] whole = new Gson().fromJson(report.get("whole"), double[].class);
            Limit limit = Limit.atMost(MOST_SECURING_MILLIS);
            return List.of(
                    Row.of("session on top of ICE median", "ms", Samples.median(secured), limit),
                    Row.of("session on top of ICE p99", "ms", Samples.percentile(secured, 99), null),
                    Row.of("ICE and session median", "ms", Samples.median(whole), null),
                    Row.of("ICE and session p99", "ms", Samples.percentile(whole, 99), null),
                    Row.of("failed", "connections", report.get("failed").getAsInt(), Limit.mustBeAtMost(0)));
        }
    }

    private static List<Row> idle(Plan plan) throws Exception {
        int connections = plan.sessions().idle();
        try (Scratch scratch = new Scratch()) {
            Footprint.requireProc();
            List<String> options = new ArrayList<>(ScaleSuite.OPTIONS);
            options.add("-Djava.io.tmpdir=" + scratch.path());
            JsonObject report = ChildJvm.ask(
                    IdleProbe.class,
                    options,
                    List.of(
                            scratch.path().toString(),
                            Integer.toString(connections),
                            Long.toString(plan.idle().toMillis())),
                    TIMEOUT);
            String of = connections + " idle connections: ";
            double kib = KIB;
            return List.of(
                    Row.of(of + "connected", "", report.get("connected").getAsInt(), Limit.mustBeAtLeast(connections)),
                    Row.of(
                            of + "heap each",
                            "KiB",
                            report.get("heapEach").getAsDouble() / kib,
                            Limit.atMost(MOST_IDLE_HEAP_KIB)),
                    Row.of(
                            of + "RSS each",
                            "KiB",
                            report.get("rssEach").getAsDouble() / kib,
                            Limit.atMost(MOST_IDLE_RSS_KIB)),
                    Row.of(of + "descriptors", "all", report.get("descriptors").getAsInt(), Limit.mustBeAtMost(0)),
                    Row.of(of + "threads", "all", report.get("threads").getAsInt(), Limit.mustBeAtMost(0)));
        }
    }
}
