package dev.culvert.natlab;

import dev.culvert.natlab.MatrixPlan.Line;
import dev.culvert.natlab.MatrixPlan.Pair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs a plan in a laboratory of its own. The kinds of peers take turns at each pair of NATs, so that whatever else the
 * machine does meets them alike; the processes live through a whole run, and each try has fresh agents and empty NATs.
 */
final class MatrixRun {
    /** Connections that are not measured: what a peer loads and compiles at first is no matter of NATs. */
    private static final int WARM_UPS = 50;

    private static final Duration WARM_UP = Duration.ofSeconds(15);

    private final MatrixPlan plan;
    private final Consumer<String> progress;

    /** @param progress told in a line what is going on */
    MatrixRun(MatrixPlan plan, Consumer<String> progress) {
        this.plan = plan;
        this.progress = progress;
    }

    /** All cells, line after line, pair after pair, peer after peer. */
    List<Cell> run() {
        List<TwoPeers> peers = new ArrayList<>();
        try (NatLab lab = NatLab.open(NatKind.NONE, NatKind.NONE)) {
            for (PeerKind kind : plan.peers()) {
                progress.accept("warming up " + kind.word());
                peers.add(TwoPeers.start(lab, kind));
                warmUp(peers.get(peers.size() - 1), kind);
            }
            return cells(lab, peers);
        } finally {
            peers.forEach(TwoPeers::close);
        }
    }

    private static void warmUp(TwoPeers peers, PeerKind kind) {
        for (int i = 0; i < WARM_UPS; i++) {
            Attempt attempt = peers.attempt(Servers.STUN, WARM_UP);
            if (!attempt.succeeded()) {
                throw new LabException(kind.word() + " does not even connect without a NAT: " + attempt.reason());
            }
        }
    }

    private List<Cell> cells(NatLab lab, List<TwoPeers> peers) {
        List<Cell> cells = new ArrayList<>();
        for (Line line : plan.lines()) {
            lab.rtt(Duration.ofMillis(line.rttMillis()));
            lab.loss(line.lossPercent());
            for (Pair pair : plan.pairs()) {
                lab.nat(Side.A, pair.a());
                lab.nat(Side.B, pair.b());
                progress.accept(pair + ", " + line.rttMillis() + " ms, " + line.lossPercent() + " %");
                cells.addAll(cells(lab, peers, line, pair));
            }
        }
        return cells;
    }

    private List<Cell> cells(NatLab lab, List<TwoPeers> peers, Line line, Pair pair) {
        List<List<Attempt>> attempts = new ArrayList<>();
        peers.forEach(each -> attempts.add(new ArrayList<>()));
        for (int i = 0; i < plan.tries(); i++) {
            for (int p = 0; p < peers.size(); p++) {
                PeerKind kind = plan.peers().get(p);
                if (i < plan.tries(pair, kind)) {
                    lab.reboot(Side.A);
                    lab.reboot(Side.B);
                    Duration timeout = Duration.ofSeconds(plan.timeoutSeconds(pair, kind));
                    attempts.get(p).add(peers.get(p).attempt(plan.access().servers(), timeout));
                }
            }
        }
        List<Cell> cells = new ArrayList<>();
        boolean required = plan.access().connects(pair.a(), pair.b());
        for (int p = 0; p < peers.size(); p++) {
            cells.add(new Cell(plan.peers().get(p), line, pair, required, attempts.get(p)));
        }
        return cells;
    }
}
