package dev.culvert.bench;

import dev.culvert.dht.RecordVerdict;
import dev.culvert.dht.SealedRecord;
import dev.culvert.identity.Identity;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What a verified candidate record costs beside an engine's own put and get, and what opening one costs alone. */
final class DhtSuite implements Suite {
    private static final String RAW = "raw put and get";

    /** What sealing, signing, opening, verifying and looking at three days may add, in ms; and a share of the engine's. */
    private static final double MOST_ADDED = 1;

    private static final double MOST_SHARE = 0.1;

    /** What one item of Mainline holds of a value. */
    private static final int MAINLINE_BYTES = 996;

    private static final int KEY_LENGTH = 64;

    /** Starts an engine's nodes. */
    private interface Start {
        TestedDht open() throws Exception;
    }

    @Override
    public String name() {
        return "dht";
    }

    @Override
    public List<Row> run(Plan plan) throws Exception {
        Plan.Dht dht = plan.dht();
        List<Row> rows = new ArrayList<>(opening(dht.opened()));
        rows.addAll(engine("memory", TestedDht::memory, dht.firstWarm(), dht.memory()));
        rows.addAll(engine("mainline", TestedDht::mainline, dht.warm(), dht.mainline()));
        rows.addAll(engine("opendht", TestedDht::opendht, dht.warm(), dht.opendht()));
        return rows;
    }

    private static List<Row> engine(String name, Start start, int warm, int count) throws Exception {
        try (TestedDht dht = start.open();
                RecordRounds rounds = new RecordRounds(dht)) {
            rounds.run(new double[warm], new double[warm]);
            double[] ours = new double[count];
            double[] raw = new double[count];
            rounds.run(ours, raw);
            List<Row> rows = new ArrayList<>();
            rows.add(Row.of(name + " rounds of each", "rounds", count, null));
            rows.addAll(compare(name, 50, ours, raw));
            rows.addAll(compare(name, 99, ours, raw));
            rows.add(Row.of(name + " not found", "lookups", rounds.failed(), Limit.mustBeAtMost(0)));
            rows.add(Row.of(name + " not found, raw", "gets", rounds.failedRaw(), null));
            return rows;
        } catch (SkippedException e) {
            return List.of(Row.skipped(name + " publish to lookup", "ms", String.valueOf(e.getMessage())));
        }
    }

    private static List<Row> compare(String engine, int percent, double[] ours, double[] raw) {
        double own = Samples.percentile(ours, percent);
        double bare = Samples.percentile(raw, percent);
        String name = engine + " publish to lookup p" + percent;
        return List.of(
                Row.compare(name, "ms", own, RAW, bare, null),
                Row.of(name + ", added", "ms", own - bare, Limit.atMost(MOST_ADDED + MOST_SHARE * bare)));
    }

    private static List<Row> opening(int count) {
        SecureRandom random = new SecureRandom();
        byte[] key = new byte[KEY_LENGTH];
        double[] millis = new double[count];
        int bytes = 0;
        try (Identity publisher = Identity.generate();
                Identity reader = Identity.generate()) {
            Instant now = Instant.now();
            for (int i = -count / 2; i < count; i++) {
                random.nextBytes(key);
                byte[] record = SealedRecord.seal(
                        publisher,
                        reader.peerId(),
                        key,
                        now.toEpochMilli() + i,
                        now.plus(Duration.ofMinutes(10)),
                        CandidateRecord.payload());
                bytes = record.length;
                long start = System.nanoTime();
                RecordVerdict verdict = SealedRecord.open(reader, publisher.peerId(), key, record, now, 1);
                CandidateRecord.check(verdict.verified().orElseThrow().payload());
                if (i >= 0) {
                    millis[i] = (System.nanoTime() - start) / 1e6;
                }
            }
        }
        String what = "record of " + CandidateRecord.CANDIDATES + " candidates";
        return List.of(
                Row.of(what + " opened p50", "ms", Samples.percentile(millis, 50), Limit.atMost(MOST_ADDED)),
                Row.of(what + " opened p99", "ms", Samples.percentile(millis, 99), Limit.atMost(MOST_ADDED)),
                Row.of(what, "B", bytes, Limit.mustBeAtMost(MAINLINE_BYTES)));
    }
}
