package dev.culvert.peer;

import dev.culvert.transport.MessageId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A session over datagrams with {@link SendSide} and {@link ReceiveSide}: encryption, timers and the other side's
 * liveness. A side that owes us an answer and says nothing for {@link #DEAD_AFTER} is taken for dead. Event loop only.
 */
final class ReliableSession implements PeerSession {
    /** Silence that ends a session, while something is unanswered: five retransmissions at the longest time-out. */
    static final Duration DEAD_AFTER = Duration.ofSeconds(5);

    /** So many retransmission time-outs in a row without an answer are more than loss: the path may be gone. */
    private static final int DOUBTFUL_TIMEOUTS = 2;

    private static final Duration HELLO_PERIOD = Duration.ofMillis(100);

    /** A message handed to the app. */
    private static final class Handed {
        final int bytes;
        boolean done;

        Handed(int bytes) {
            this.bytes = bytes;
        }
    }

    private final EventLoop loop;
    private final LongSupplier nanoTime;
    private final SessionCrypto crypto;
    private final Consumer<ByteBuffer> path;
    private final Runnable pathDoubt;
    private final Listener listener;
    private final SessionCounters counters;
    private final SendSide sending = new SendSide();
    private final ReceiveSide receiving;
    private final Deque<Handed> handed = new ArrayDeque<>();
    private final SendSide.Output output = new SendSide.Output() {
        @Override
        public void packet(ByteBuffer plaintext) {
            path.accept(crypto.seal(plaintext));
        }

        @Override
        public void delivered(MessageId id) {
            // One acknowledgement can tell of many, and the listener can close us at each.
            if (!over) {
                listener.onDelivered(id);
            }
        }
    };

    private boolean started;
    private boolean up;
    private boolean over;
    private boolean ackWanted;
    private long lastHeardNanos;
    private EventLoop.@Nullable Timer timer;

    /**
     * A session that waits for its path.
     *
     * @param path takes sealed datagrams; loss there is repaired
     * @param pathDoubt run when the other side misses more answers than loss explains, and again with each further one
     * @param maxMessageBytes largest message taken from the other side
     */
    ReliableSession(
            EventLoop loop,
            LongSupplier nanoTime,
            SessionCrypto crypto,
            Consumer<ByteBuffer> path,
            Runnable pathDoubt,
            int maxMessageBytes,
            SessionCounters counters,
            Listener listener) {
        this.loop = loop;
        this.nanoTime = nanoTime;
        this.crypto = crypto;
        this.path = path;
        this.pathDoubt = pathDoubt;
        this.receiving = new ReceiveSide(maxMessageBytes);
        this.counters = counters;
        this.listener = listener;
        lastHeardNanos = nanoTime.getAsLong();
    }

    @Override
    public void start() {
        started = true;
        lastHeardNanos = nanoTime.getAsLong();
        output.packet(ByteBuffer.wrap(new byte[] {Packets.HELLO}));
        step();
    }

    @Override
    public void send(MessageId id, byte[] payload) {
        if (sending.isIdle()) {
            // Silence counts from when there is something to answer.
            lastHeardNanos = nanoTime.getAsLong();
        }
        sending.offer(id, payload);
        step();
    }

    @Override
    public void onDatagram(ByteBuffer datagram) {
        if (over) {
            return;
        }
        ByteBuffer packet = crypto.open(datagram);
        if (packet == null) {
            counters.notAuthentic.increment();
            return;
        }
        byte type = packet.get(packet.position());
        if (type == Packets.BYE) {
            end("the peer closed the session", false);
            return;
        }
        if (!started) {
            counters.early.increment(); // the peer says it again until we can answer
            return;
        }
        lastHeardNanos = nanoTime.getAsLong();
        becomeUp();
        if (!over) {
            onPacket(type, packet);
        }
        if (!over) {
            step();
        }
    }

    /** Whoever made an authentic packet holds the peer's keys. */
    private void becomeUp() {
        if (!up) {
            up = true;
            listener.onUp();
        }
    }

    private void onPacket(byte type, ByteBuffer packet) {
        switch (type) {
            // To a HELLO the answer brings the other side up. It may be lost: each one is answered.
            case Packets.HELLO, Packets.PING -> wantAck();
            case Packets.DATA -> onData(packet);
            case Packets.ACK -> onAck(packet);
            default -> endMalformed("an unknown packet type " + type);
        }
    }

    private void onData(ByteBuffer packet) {
        switch (receiving.onData(packet, this::hand)) {
            case TAKEN -> wantAck();
            case DUPLICATE -> {
                counters.duplicates.increment();
                wantAck();
            }
            case REFUSED -> {
                counters.refused.increment();
                wantAck();
            }
            case MALFORMED -> endMalformed("a malformed segment");
        }
    }

    private void onAck(ByteBuffer packet) {
        if (packet.remaining() != Packets.ACK_LENGTH) {
            endMalformed("a malformed acknowledgement");
            return;
        }
        packet.get();
        long now = nanoTime.getAsLong();
        if (!sending.onAck(now, packet.getLong(), packet.getLong(), packet.getLong(), output)) {
            counters.malformed.increment();
        }
    }

    private void endMalformed(String what) {
        counters.malformed.increment();
        end("the peer sent " + what, true);
    }

    private void hand(MessageId id, byte[] payload) {
        if (over) {
            return; // closed by the listener of the message before it
        }
        Handed message = new Handed(payload.length);
        handed.add(message);
        var unused = listener.onMessage(id, payload)
                .whenComplete((done, failure) -> loop.execute(() -> onHandled(message, failure)));
    }

    private void onHandled(Handed message, @Nullable Throwable failure) {
        if (over) {
            return;
        }
        if (failure != null) {
            // It can not count as handled, and neither can what came after it: all of it stays with the sender.
            end("a message could not be handed over: " + failure, true);
            return;
        }
        message.done = true;
        while (!handed.isEmpty() && handed.element().done) {
            receiving.onHandled(handed.remove().bytes);
            wantAck();
        }
    }

    /** One acknowledgement for all that this turn of the loop brings. */
    private void wantAck() {
        if (!ackWanted) {
            ackWanted = true;
            loop.execute(() -> {
                ackWanted = false;
                if (!over) {
                    output.packet(receiving.ack());
                }
            });
        }
    }

    /** Sends what is due and sets the timer for what comes next. */
    private void step() {
        if (over || !started) {
            return;
        }
        long now = nanoTime.getAsLong();
        boolean waiting = !up || !sending.isIdle();
        if (waiting && now - lastHeardNanos >= DEAD_AFTER.toNanos()) {
            end("the peer has not answered for " + DEAD_AFTER.toSeconds() + " s", true);
            return;
        }
        if (up) {
            int before = sending.unansweredTimeouts();
            sending.poll(now, output);
            int after = sending.unansweredTimeouts();
            if (after > before && after >= DOUBTFUL_TIMEOUTS) {
                pathDoubt.run();
            }
            counters.resent(sending.takeResent());
        }
        setTimer(waiting, now);
    }

    private void setTimer(boolean waiting, long now) {
        cancelTimer();
        if (!waiting) {
            return;
        }
        long left = lastHeardNanos + DEAD_AFTER.toNanos() - now;
        if (up) {
            left = Math.min(left, sending.nanosToNextPoll(now));
            timer = loop.schedule(this::step, Duration.ofNanos(Math.max(left, 1_000_000)));
        } else {
            timer = loop.schedule(this::helloAgain, HELLO_PERIOD);
        }
    }

    private void helloAgain() {
        if (!over && !up) {
            output.packet(ByteBuffer.wrap(new byte[] {Packets.HELLO}));
        }
        step();
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void end(String cause, boolean tellPeer) {
        if (over) {
            return;
        }
        stop(tellPeer);
        List<MessageId> undelivered = new ArrayList<>();
        sending.drainUndelivered(undelivered::add);
        listener.onDown(cause, undelivered);
    }

    /** The path is gone for good. */
    void onPathLost(String cause) {
        end(cause, false);
    }

    @Override
    public void close() {
        if (!over) {
            stop(true);
        }
    }

    private void stop(boolean tellPeer) {
        over = true;
        cancelTimer();
        if (tellPeer && started) {
            output.packet(ByteBuffer.wrap(new byte[] {Packets.BYE}));
        }
    }
}
