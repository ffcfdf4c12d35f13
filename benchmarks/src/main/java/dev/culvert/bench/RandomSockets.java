package dev.culvert.bench;

import com.google.gson.JsonObject;
import dev.culvert.udp.UdpChannel;
import dev.culvert.udp.UdpPoller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * In a JVM of its own: eight threads open, send, receive and close sockets at random, the others' as well as their own, so
 * that descriptors and handles are taken again all the time. Each socket has a number and, on loopback, an address that no
 * other gets, and each datagram says which socket it is for and which sent it: one that comes out of another socket, or from
 * another's address, went wrong inside this process.
 */
final class RandomSockets {
    private static final int THREADS = 8;
    private static final int POLLERS = 3;
    private static final int PLACES = 48;
    private static final int MESSAGE_BYTES = 3 * Long.BYTES;
    private static final long MARK = 0xA5A5_A5A5_A5A5_A5A5L;

    /** 127.0.0.0/8, less 127.0.0.0/16, where others are. */
    private static final long ADDRESSES = (255L << 16) - 1;

    private static final long FIRST_ADDRESS = 0x7F01_0000L;

    private record Socket(long number, UdpChannel channel) {}

    private record Polled(UdpPoller poller, ReentrantLock lock) {}

    private final List<Polled> pollers = new ArrayList<>();
    private final AtomicReferenceArray<@Nullable Socket> places = new AtomicReferenceArray<>(PLACES);
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong checked = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private volatile boolean on = true;

    private RandomSockets() {
        for (int i = 0; i < POLLERS; i++) {
            pollers.add(new Polled(UdpPoller.open(), new ReentrantLock()));
        }
    }

    /** Argument: milliseconds. */
    public static void main(String[] arguments) {
        ChildJvm.endWithParent();
        ChildJvm.report(() -> new RandomSockets().run(Long.parseLong(arguments[0])));
    }

    private JsonObject run(long millis) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(this::act, "bench-random-" + i);
            thread.start();
            threads.add(thread);
        }
        Thread.sleep(millis);
        on = false;
        for (Thread thread : threads) {
            thread.join();
        }
        for (Polled polled : pollers) {
            failures.addAndGet(polled.poller().receiverFailures());
            polled.poller().close();
        }
        JsonObject report = new JsonObject();
        report.addProperty("wrong", wrong.get());
        report.addProperty("checked", checked.get());
        report.addProperty("sockets", numbers.get());
        report.addProperty("failures", failures.get());
        return report;
    }

    private void act() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        ByteBuffer message = ByteBuffer.allocateDirect(MESSAGE_BYTES);
        try {
            while (on) {
                int place = random.nextInt(PLACES);
                switch (random.nextInt(8)) {
                    case 0 -> replace(place, open(random.nextInt(POLLERS)));
                    case 1 -> replace(place, null);
                    case 2, 3 -> receive(pollers.get(random.nextInt(POLLERS)));
                    default -> send(places.get(place), places.get(random.nextInt(PLACES)), message);
                }
            }
        } catch (IOException | RuntimeException e) {
            failures.incrementAndGet();
            System.err.println(e);
        }
    }

    private Socket open(int poller) throws IOException {
        long number = numbers.getAndIncrement();
        UdpChannel channel = pollers.get(poller)
                .poller()
                .bind(
                        new InetSocketAddress(address(number), 0),
                        0,
                        (to, from, payload) -> check(number, from.getAddress(), payload));
        return new Socket(number, channel);
    }

    /** What was there before is closed, perhaps while others send and receive with it. */
    private void replace(int place, @Nullable Socket socket) {
        Socket before = places.getAndSet(place, socket);
        if (before != null) {
            before.channel().close();
        }
    }

    private static void receive(Polled polled) throws IOException {
        if (polled.lock().tryLock()) {
            try {
                polled.poller().poll(Duration.ZERO);
            } finally {
                polled.lock().unlock();
            }
        }
    }

    private static void send(@Nullable Socket from, @Nullable Socket to, ByteBuffer message) {
        if (from != null && to != null) {
            message.clear();
            message.putLong(MARK).putLong(to.number()).putLong(from.number()).flip();
            from.channel().send(message, to.channel().localAddress()); // one that is closed meanwhile says so
        }
    }

    private void check(long number, InetAddress from, ByteBuffer payload) {
        checked.incrementAndGet();
        if (payload.remaining() != MESSAGE_BYTES
                || payload.getLong() != MARK
                || payload.getLong() != number
                || !from.equals(address(payload.getLong()))) {
            wrong.incrementAndGet();
        }
    }

    private static InetAddress address(long number) {
        int bits = (int) (FIRST_ADDRESS + number % ADDRESSES);
        try {
            return InetAddress.getByAddress(
                    ByteBuffer.allocate(Integer.BYTES).putInt(bits).array());
        } catch (UnknownHostException e) {
            throw new UncheckedIOException(e);
        }
    }
}
