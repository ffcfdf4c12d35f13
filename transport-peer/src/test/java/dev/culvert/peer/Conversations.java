package dev.culvert.peer;

import dev.culvert.transport.PeerId;
import dev.culvert.transport.ReceivedMessage;
import dev.culvert.transport.SendResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Who said what to whom among {@link ManyPeers}: every message names its sender, its receiver and its place, and can be
 * made again, so that what arrives can be held against what was sent. Thread-safe.
 */
final class Conversations {
    /** Waiters are told of each arrival; acknowledgements come by themselves. */
    private static final long LOOK_MILLIS = 500;

    private static final int HEAD = 3 * Integer.BYTES + Long.BYTES;

    private record Way(int from, int to) {}

    private final ManyPeers peers;
    private final Map<Way, AtomicLong> sent = new HashMap<>();
    private final Map<Way, Set<Long>> acknowledged = new HashMap<>();
    private final Map<Way, List<Long>> arrived = new HashMap<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicLong again = new AtomicLong();

    Conversations(ManyPeers peers) {
        this.peers = peers;
    }

    private static byte[] payload(Way way, long number, int length) {
        byte[] bytes = new byte[HEAD + length];
        new Random(number * 31 + way.hashCode()).nextBytes(bytes);
        ByteBuffer.wrap(bytes)
                .putInt(way.from())
                .putInt(way.to())
                .putLong(number)
                .putInt(length);
        return bytes;
    }

    /** Sends the next message on this way; by one thread for each sender. */
    CompletableFuture<SendResult> send(PeerTransport transport, int from, int to, int length) {
        Way way = new Way(from, to);
        long number;
        synchronized (this) {
            number = sent.computeIfAbsent(way, key -> new AtomicLong()).incrementAndGet();
        }
        CompletableFuture<SendResult> result = transport.send(peers.id(to), payload(way, number, length));
        return result.whenComplete((done, failure) -> {
            if (failure == null) {
                synchronized (this) {
                    acknowledged.computeIfAbsent(way, key -> new HashSet<>()).add(number);
                }
            }
        });
    }

    /** What a handler was given. */
    void arrived(int to, PeerId from, ReceivedMessage message) {
        ByteBuffer in = ByteBuffer.wrap(message.payload());
        Way way = new Way(in.getInt(), in.getInt());
        long number = in.getLong();
        if (way.to() != to || !peers.id(way.from()).equals(from)) {
            wrong.add(way + " came to " + to + " from " + from.toShortString());
        } else if (!Arrays.equals(payload(way, number, in.getInt()), message.payload())) {
            wrong.add("damaged: " + number + " of " + way);
        } else {
            take(way, number, message.redelivered());
        }
    }

    private synchronized void take(Way way, long number, boolean redelivered) {
        List<Long> before = arrived.computeIfAbsent(way, key -> new ArrayList<>());
        long last = before.isEmpty() ? 0 : before.get(before.size() - 1);
        if (redelivered) {
            again.incrementAndGet();
        } else if (number <= last) {
            wrong.add(number + " of " + way + " after " + last + (before.contains(number) ? ", twice" : ""));
        } else {
            before.add(number);
        }
        notifyAll();
    }

    /** Waits until all that was acknowledged has arrived, and looks whether anything else went wrong. */
    void assertAllArrived(long patienceSeconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(patienceSeconds);
        synchronized (this) {
            while (!missing().isEmpty() && wrong.isEmpty() && System.nanoTime() < end) {
                wait(LOOK_MILLIS);
            }
        }
        if (!wrong.isEmpty() || !missing().isEmpty()) {
            throw new AssertionError("wrong: " + wrong + "; acknowledged and missing: " + missing());
        }
    }

    private synchronized List<String> missing() {
        List<String> missing = new ArrayList<>();
        acknowledged.forEach((way, numbers) -> {
            Set<Long> left = new HashSet<>(numbers);
            arrived.getOrDefault(way, List.of()).forEach(left::remove);
            if (!left.isEmpty()) {
                missing.add(left.size() + " of " + way);
            }
        });
        return missing;
    }

    synchronized String summary() {
        long said = sent.values().stream().mapToLong(AtomicLong::get).sum();
        long safe = acknowledged.values().stream().mapToLong(Set::size).sum();
        long came = arrived.values().stream().mapToLong(List::size).sum();
        return said + " sent, " + safe + " acknowledged, " + came + " arrived once, " + again + " again with a mark";
    }
}
