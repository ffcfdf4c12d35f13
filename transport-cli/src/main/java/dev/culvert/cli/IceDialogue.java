package dev.culvert.cli;

import dev.culvert.ice.CandidateListener;
import dev.culvert.ice.ContextConfig;
import dev.culvert.ice.IceCandidate;
import dev.culvert.ice.IceConfig;
import dev.culvert.ice.IceContext;
import dev.culvert.ice.IceDescription;
import dev.culvert.ice.Role;
import dev.culvert.ice.SelectedPair;
import dev.culvert.transport.ConnectFailedException;
import dev.culvert.transport.ConnectionState;
import dev.culvert.transport.TransportException;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code culvert ice}, from the descriptions to the last datagram. Everything happens on the thread that calls
 * {@link #run}; the threads that read lines and the context's only put what they have into its mailbox. Used once.
 */
final class IceDialogue implements SignalIntake.Listener {
    /** For the far end's description to come; a person may have to carry it. */
    private static final Duration SIGNALLING = Duration.ofMinutes(10);

    /** A STUN server that has not answered by then does not. */
    private static final Duration GATHERING = Duration.ofSeconds(5);

    private static final String END = "\r\n";

    /** Between two datagrams of our own, and between two looks at the clock. */
    private static final long TICK_MILLIS = 1;

    /**
     * How to talk to the far end.
     *
     * @param offer whether we describe ourselves first, and are controlling
     * @param trickle whether candidates may follow our description
     * @param media media type of an m= line before it; null for none
     * @param timeout for connecting, and then for the exchange
     */
    record Terms(boolean offer, boolean trickle, @Nullable String media, Duration timeout) {
        Role role() {
            return offer ? Role.CONTROLLING : Role.CONTROLLED;
        }
    }

    private final IceConfig config;
    private final Terms terms;
    private final DatagramExchange exchange;
    private final PrintStream signals;
    private final PrintStream err;

    private final BlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>();
    private final SignalIntake intake = new SignalIntake(this);
    private final DatagramFlow flow;
    private @Nullable IceContext context;
    private boolean connected;
    private boolean typedEnded;
    private long phaseStart;
    private @Nullable Boolean outcome;

    /**
     * A run.
     *
     * @param signals takes our description and candidates
     * @param shown takes what the far end sends
     * @param err takes everything else
     */
    IceDialogue(
            IceConfig config,
            Terms terms,
            DatagramExchange exchange,
            PrintStream signals,
            PrintStream shown,
            PrintStream err) {
        this.config = config;
        this.terms = terms;
        this.exchange = exchange;
        this.signals = signals;
        flow = new DatagramFlow(exchange, shown, mailbox::add);
        this.err = err;
    }

    /** Has the far end's lines read from here. */
    void readSignals(InputStream in) {
        LineReader.start(
                "culvert-ice-signals",
                in,
                (line, taken) -> mailbox.add(() -> {
                    intake.line(line);
                    taken.run();
                }),
                () -> mailbox.add(intake::end));
    }

    /** Has the lines of this sent as datagrams, and ends the run in order some time after they end. */
    void readTyped(InputStream in) {
        LineReader.start(
                "culvert-ice-typed",
                in,
                (line, taken) -> mailbox.add(() -> flow.type(line, taken)),
                () -> mailbox.add(() -> typedEnded = true));
    }

    /** Talks until it is over; returns whether it went well. Throws {@link TransportException} if it can not go on. */
    boolean run() throws InterruptedException {
        try (IceContext opened =
                IceContext.open(config, ContextConfig.handler(flow::onDatagram).withStateListener(this::onState))) {
            context = opened;
            phaseStart = System.nanoTime();
            if (terms.offer) {
                describe();
            }
            while (outcome == null) {
                Runnable task = mailbox.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
                if (task != null) {
                    task.run();
                }
                tick(System.nanoTime());
            }
            return outcome;
        }
    }

    private IceContext context() {
        return Objects.requireNonNull(context, "opened by run()");
    }

    private void tick(long now) {
        boolean late = now - phaseStart > (intake.isDescribed() ? terms.timeout : SIGNALLING).toNanos();
        if (!intake.isDescribed() && late) {
            throw new ConnectFailedException("No description came within " + SIGNALLING.toMinutes() + " minutes");
        }
        if (!connected) {
            return; // the context ends it in time
        }
        flow.flush(context()::send, now);
        if (exchange.isOver(now) || (exchange.isWanted() && late)) {
            end(exchange.wentWell());
        } else if (typedEnded && flow.hasSentTyped() && exchange.isQuiet(now)) {
            end(true);
        }
    }

    private void end(boolean well) {
        outcome = well;
        err.println(flow);
    }

    // ---- signalling

    private void describe() {
        IceDescription local = terms.trickle
                ? context().gatherTrickling(GATHERING, new Trickle())
                : context().gather(GATHERING);
        signal(terms.media == null ? local.toSdp() : local.toSdp(terms.media));
        signal(END);
    }

    private void signal(String text) {
        signals.print(text);
        signals.flush();
    }

    /** The context's STUN thread. */
    private final class Trickle implements CandidateListener {
        @Override
        public void onCandidate(IceCandidate candidate) {
            mailbox.add(() -> signal("a=" + candidate.toSdp() + END));
        }

        @Override
        public void onEndOfCandidates() {
            mailbox.add(() -> signal("a=end-of-candidates" + END));
        }
    }

    @Override
    public void onDescription(IceDescription remote) {
        if (!terms.offer) {
            describe();
        }
        phaseStart = System.nanoTime();
        var unused = context()
                .connectAsync(remote, terms.role(), terms.timeout)
                .whenComplete((pair, failure) -> mailbox.add(() -> onConnected(pair, failure)));
    }

    @Override
    public void onCandidate(IceCandidate candidate) {
        if (!context().addRemoteCandidate(candidate)) {
            err.println("not taken: " + candidate);
        }
    }

    @Override
    public void onEndOfCandidates() {
        context().endOfRemoteCandidates();
    }

    private void onConnected(@Nullable SelectedPair pair, @Nullable Throwable failure) {
        if (failure instanceof TransportException known) {
            throw known;
        }
        if (pair == null) {
            throw new IllegalStateException("Neither connected nor failed in a known way", failure);
        }
        long now = System.nanoTime();
        err.println("connected in " + TimeUnit.NANOSECONDS.toMillis(now - phaseStart) + " ms: " + pair);
        phaseStart = now;
        connected = true;
        exchange.begin(now);
    }

    /** The context's STUN thread. */
    private void onState(ConnectionState from, ConnectionState to) {
        if (from == ConnectionState.CONNECTED || from == ConnectionState.DISCONNECTED) {
            mailbox.add(() -> {
                err.println("the path is " + to);
                if (to.isOver()) {
                    end(exchange.isWanted() ? exchange.wentWell() : exchange.hasBothWays());
                }
            });
        }
    }
}
