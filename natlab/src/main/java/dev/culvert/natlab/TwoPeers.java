package dev.culvert.natlab;

import dev.culvert.natlab.LabPeer.Connected;
import dev.culvert.transport.Tier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * A peer on each side of a laboratory, in processes that live long, so that no start of one is measured. They end with
 * this object, and with the laboratory. One thread at a time.
 */
public final class TwoPeers implements AutoCloseable {
    private static final Duration GATHER = Duration.ofSeconds(5);

    /** How long one datagram may be on its way before it is sent again. */
    private static final Duration DATAGRAM = Duration.ofMillis(500);

    private static final int DATAGRAMS = 10;

    /** Between two questions whether a better path was found. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final LabPeer a;
    private final LabPeer b;
    private int words;

    private TwoPeers(LabPeer a, LabPeer b) {
        this.a = a;
        this.b = b;
    }

    /** Starts both. */
    public static TwoPeers start(NatLab lab, PeerKind kind) {
        LabPeer a = lab.start(Side.A, kind);
        try {
            return new TwoPeers(a, lab.start(Side.B, kind));
        } catch (LabException e) {
            a.close();
            throw e;
        }
    }

    /** The one on side A, which is controlling. */
    public LabPeer a() {
        return a;
    }

    /** The one on side B. */
    public LabPeer b() {
        return b;
    }

    /**
     * Lets fresh agents gather, both at once, tell each other their whole descriptions, and then starts the checks of both
     * at the same time. {@link LabPeer#connected} of each waits for their end.
     *
     * @throws LabException if an agent has no description
     */
    public void check(Servers servers, Duration timeout) {
        a.gather(servers, GATHER);
        b.gather(servers, GATHER);
        List<String> told = bothOf(List.of(a::description, b::description));
        a.connect(told.get(1), true, timeout);
        b.connect(told.get(0), false, timeout);
    }

    /** One whole try: fresh agents, checks, and when both ends are connected a datagram each way. */
    public Attempt attempt(Servers servers, Duration timeout) {
        try {
            check(servers, timeout);
            List<Connected> ends = bothOf(List.of(a::connected, b::connected));
            if (!carries(a, b) || !carries(b, a)) {
                return Attempt.failed("connected, but no data got through");
            }
            return Attempt.connected(ends.get(0), ends.get(1));
        } catch (LabException e) {
            if (!a.isAlive() || !b.isAlive()) {
                throw e; // nothing that goes wrong with a connection ends a process
            }
            return Attempt.failed(String.valueOf(e.getMessage()));
        }
    }

    /** Sends a word until it is there. */
    private boolean carries(LabPeer from, LabPeer to) {
        words++;
        for (int i = 0; i < DATAGRAMS; i++) {
            from.send("word" + words);
            if (to.receive(DATAGRAM).equals("word" + words)) {
                return true;
            }
        }
        return false;
    }

    /**
     * What becomes of a connection: one over a relay may find a direct path soon after.
     *
     * @param attempt that has just been made
     * @param patience how long that is waited for
     */
    Attempt settle(Attempt attempt, Duration patience) {
        Attempt now = attempt;
        long end = System.nanoTime() + patience.toNanos();
        while (now.succeeded() && now.tier() == Tier.RELAY && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(PAUSE.toNanos());
            now = Attempt.connected(a.path(), b.path());
        }
        return now;
    }

    /** Hears both, though the first may have failed: each answer must be read. */
    private static <T> List<T> bothOf(List<Supplier<T>> answers) {
        List<T> heard = new ArrayList<>();
        List<LabException> failures = new ArrayList<>();
        for (Supplier<T> answer : answers) {
            try {
                heard.add(answer.get());
            } catch (LabException e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            throw failures.get(0);
        }
        return heard;
    }

    @Override
    public void close() {
        a.close();
        b.close();
    }
}
