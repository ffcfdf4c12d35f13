package dev.culvert.peer;

import dev.culvert.transport.MessageId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A {@link SendSide} and a {@link ReceiveSide} joined by a network that loses, doubles, delays and reorders, in virtual
 * time. The app at the receiver takes {@code handling} for each message, one after the other.
 */
final class HalfSession implements SendSide.Output {
    record Arrived(MessageId id, byte[] payload) {}

    final VirtualLoop loop = new VirtualLoop();
    final SendSide sending = new SendSide();
    final ReceiveSide receiving = new ReceiveSide(PeerTransport.MAX_MESSAGE_BYTES);
    final List<Arrived> arrived = new ArrayList<>();
    final List<MessageId> delivered = new ArrayList<>();
    int refused;
    int dataPackets;
    int pings;
    int polls;

    private final Random random;
    private double loss;
    private double duplication;
    private Duration leastDelay = Duration.ofMillis(5);
    private Duration jitter = Duration.ZERO;
    private Duration handling = Duration.ZERO;
    private long handlerFreeAtNanos;
    private long rate;
    private long queue;
    private long linkFreeAtNanos;
    int lostInQueue;
    private boolean ackPlanned;
    private EventLoop.Timer timer = () -> {};

    HalfSession(long seed) {
        random = new Random(seed);
    }

    HalfSession losing(double share) {
        loss = share;
        return this;
    }

    HalfSession doubling(double share) {
        duplication = share;
        return this;
    }

    /** Each packet takes the least delay and up to {@code spread} more: what is more than a packet's gap reorders. */
    HalfSession delaying(Duration least, Duration spread) {
        leastDelay = least;
        jitter = spread;
        return this;
    }

    HalfSession handlingEachFor(Duration time) {
        handling = time;
        return this;
    }

    void offer(MessageId id, byte[] payload) {
        sending.offer(id, payload);
        poll();
    }

    /** Lets time pass until the sender has nothing left to do, at most {@code limit}; returns how long it took. */
    Duration runUntilIdle(Duration limit) {
        long start = loop.nowNanos();
        long end = start + limit.toNanos();
        while (!sending.isIdle() && loop.nowNanos() < end) {
            loop.advance(Duration.ofMillis(10));
        }
        return Duration.ofNanos(loop.nowNanos() - start);
    }

    void poll() {
        polls++;
        timer.cancel();
        sending.poll(loop.nowNanos(), this);
        long wait = sending.nanosToNextPoll(loop.nowNanos());
        if (wait != Long.MAX_VALUE) {
            timer = loop.schedule(this::poll, Duration.ofNanos(Math.max(wait, 1_000_000)));
        }
    }

    @Override
    public void packet(ByteBuffer plaintext) {
        if (plaintext.get(plaintext.position()) == Packets.DATA) {
            dataPackets++;
        } else {
            pings++;
        }
        byte[] copy = new byte[plaintext.remaining()];
        plaintext.get(copy);
        carryData(copy.length, () -> atReceiver(ByteBuffer.wrap(copy)));
    }

    @Override
    public void delivered(MessageId id) {
        delivered.add(id);
    }

    private void atReceiver(ByteBuffer packet) {
        if (packet.get(packet.position()) == Packets.DATA) {
            ReceiveSide.Verdict verdict = receiving.onData(packet, this::toApp);
            if (verdict == ReceiveSide.Verdict.MALFORMED) {
                throw new AssertionError("our own packet is malformed");
            }
            refused += verdict == ReceiveSide.Verdict.REFUSED ? 1 : 0;
        }
        planAck();
    }

    private void toApp(MessageId id, byte[] payload) {
        arrived.add(new Arrived(id, payload));
        handlerFreeAtNanos = Math.max(handlerFreeAtNanos, loop.nowNanos()) + handling.toNanos();
        loop.schedule(
                () -> {
                    receiving.onHandled(payload.length);
                    planAck();
                },
                Duration.ofNanos(handlerFreeAtNanos - loop.nowNanos()));
    }

    /** One acknowledgement for all that comes at the same time, as the session does it. */
    private void planAck() {
        if (ackPlanned) {
            return;
        }
        ackPlanned = true;
        loop.execute(() -> {
            ackPlanned = false;
            ByteBuffer ack = receiving.ack();
            carry(() -> atSender(ack.duplicate()));
        });
    }

    private void atSender(ByteBuffer ack) {
        if (ack.get() != Packets.ACK) {
            throw new AssertionError("not an acknowledgement");
        }
        sending.onAck(loop.nowNanos(), ack.getLong(), ack.getLong(), ack.getLong(), this);
        poll();
    }

    /** A narrow link: packets wait in a queue of so many bytes, and are lost when it is full. */
    HalfSession through(int bytesPerSecond, int queueBytes) {
        rate = bytesPerSecond;
        queue = queueBytes;
        return this;
    }

    private void carryData(int bytes, Runnable arrival) {
        if (rate == 0) {
            carry(arrival);
            return;
        }
        long now = loop.nowNanos();
        linkFreeAtNanos = Math.max(linkFreeAtNanos, now);
        long waiting = (linkFreeAtNanos - now) * rate / 1_000_000_000L;
        if (waiting + bytes > queue) {
            lostInQueue++;
            return;
        }
        linkFreeAtNanos += bytes * 1_000_000_000L / rate;
        loop.schedule(() -> carry(arrival), Duration.ofNanos(linkFreeAtNanos - now));
    }

    private void carry(Runnable arrival) {
        int copies = random.nextDouble() < loss ? 0 : random.nextDouble() < duplication ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            long spread = jitter.isZero() ? 0 : random.nextLong(jitter.toNanos());
            loop.schedule(arrival, leastDelay.plusNanos(spread));
        }
    }
}
