package dev.culvert.bench;

import com.google.gson.JsonObject;
import dev.culvert.udp.UdpChannel;
import dev.culvert.udp.UdpPoller;
import dev.culvert.udp.UdpSendStatus;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A poller and its channels on loopback, in a JVM of its own that the system property gives the native core or the twin.
 * Does what it is told on its input: {@code send PAYLOAD THREADS WARM MEASURED}, {@code receive PAYLOAD WARM MEASURED}, both
 * in milliseconds, and {@code open CYCLES}.
 */
final class UdpProbe {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final Duration FOR_EVER = Duration.ofMillis(-1);

    /** As many as Linux has room for without any tuning; see {@link OneWayBenchmark}. */
    private static final int WINDOW = 128;

    /** Between looks at the clock. */
    private static final int ROUND = 64;

    private static final int WARM_CYCLES = 1_000;

    private UdpProbe() {}

    /** Reads commands until the input ends. */
    public static void main(String[] arguments) {
        ChildJvm.report(() -> {
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
                String line = lines.readLine();
                while (line != null) {
                    ChildJvm.say(obey(line.split(" ", -1)));
                    line = lines.readLine();
                }
            }
            return new JsonObject();
        });
    }

    private static JsonObject obey(String[] words) throws IOException, InterruptedException {
        int[] numbers = new int[words.length];
        for (int i = 1; i < words.length; i++) {
            numbers[i] = Integer.parseInt(words[i]);
        }
        return switch (words[0]) {
            case "send" -> send(numbers[1], numbers[2], numbers[3], numbers[4]);
            case "receive" -> receive(numbers[1], numbers[2], numbers[3]);
            case "open" -> open(numbers[1]);
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    /** To sockets that nobody reads, one for each thread: once full, the kernel drops what comes. */
    private static JsonObject send(int payload, int threads, int warmMillis, int millis)
            throws IOException, InterruptedException {
        try (UdpPoller poller = UdpPoller.open();
                UdpChannel channel = poller.bind(ANY, Link.BUFFER_BYTES, (to, from, datagram) -> {})) {
            poller.poll(Duration.ZERO); // the twin only now waits for its channel, which costs its senders something
            AtomicBoolean on = new AtomicBoolean(true);
            List<AtomicLong> counts = new ArrayList<>();
            List<Thread> senders = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                AtomicLong count = new AtomicLong();
                counts.add(count);
                Thread thread = new Thread(() -> sendTo(channel, payload, on, count), "bench-sender-" + i);
                thread.setDaemon(true);
                senders.add(thread);
            }
            senders.forEach(Thread::start);
            Thread.sleep(warmMillis);
            long before = counts.stream().mapToLong(AtomicLong::get).sum();
            long start = System.nanoTime();
            Thread.sleep(millis);
            double elapsed = (System.nanoTime() - start) / 1e6;
            long after = counts.stream().mapToLong(AtomicLong::get).sum();
            on.set(false);
            for (Thread sender : senders) {
                sender.join();
            }
            return rate((after - before) / elapsed);
        }
    }

    private static void sendTo(UdpChannel channel, int payload, AtomicBoolean on, AtomicLong count) {
        ByteBuffer message = Messages.ofSize(payload);
        try (DatagramChannel sink = DatagramChannel.open().bind(ANY)) {
            InetSocketAddress to = (InetSocketAddress) sink.getLocalAddress();
            while (on.get()) {
                int sent = 0;
                for (int i = 0; i < ROUND; i++) {
                    message.clear();
                    if (channel.send(message, to) == UdpSendStatus.SENT) {
                        sent++;
                    }
                }
                count.lazySet(count.get() + sent);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One way, with so few on their way that none is lost. */
    private static JsonObject receive(int payload, int warmMillis, int millis)
            throws IOException, InterruptedException {
        AtomicLong received = new AtomicLong();
        try (UdpPoller poller = UdpPoller.open();
                UdpPoller senders = UdpPoller.open();
                UdpChannel sender = senders.bind(ANY, Link.BUFFER_BYTES, (to, from, datagram) -> {});
                UdpChannel receiver = poller.bind(
                        ANY, Link.BUFFER_BYTES, (to, from, datagram) -> received.lazySet(received.get() + 1))) {
            AtomicBoolean on = new AtomicBoolean(true);
            Thread reading = new Thread(() -> poll(poller, on), "bench-poller");
            reading.setDaemon(true);
            reading.start();
            senders.poll(Duration.ZERO);
            Flow flow = new Flow(sender, receiver.localAddress(), Messages.ofSize(payload), received);
            flow.run(warmMillis);
            double rate = flow.run(millis);
            on.set(false);
            poller.wakeup();
            reading.join();
            return rate(rate);
        }
    }

    private static void poll(UdpPoller poller, AtomicBoolean on) {
        try {
            while (on.get()) {
                poller.poll(FOR_EVER);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The sending side. */
    private static final class Flow {
        private final Stall stall = new Stall("the other side to receive");
        private final UdpChannel channel;
        private final InetSocketAddress to;
        private final ByteBuffer message;
        private final AtomicLong received;
        private long sent;

        Flow(UdpChannel channel, InetSocketAddress to, ByteBuffer message, AtomicLong received) {
            this.channel = channel;
            this.to = to;
            this.message = message;
            this.received = received;
        }

        /** For so long; returns how many came each millisecond. */
        double run(int millis) {
            long first = received.get();
            long start = System.nanoTime();
            long now = start;
            while (now - start < millis * 1_000_000L) {
                for (int i = 0; i < ROUND; i++) {
                    sendOne();
                }
                now = System.nanoTime();
            }
            return (received.get() - first) * 1e6 / (now - start);
        }

        private void sendOne() {
            if (sent - received.get() >= WINDOW) {
                stall.reset();
                while (sent - received.get() >= WINDOW) {
                    stall.pause();
                }
            }
            message.clear();
            if (channel.send(message, to) != UdpSendStatus.SENT) {
                throw new IllegalStateException("The kernel refused a datagram");
            }
            sent++;
        }
    }

    /** Opens a socket and closes it, so many times. */
    private static JsonObject open(int cycles) throws IOException {
        try (UdpPoller poller = UdpPoller.open()) {
            cycle(poller, WARM_CYCLES);
            int before = descriptors();
            long start = System.nanoTime();
            cycle(poller, cycles);
            double micros = (System.nanoTime() - start) / 1e3 / cycles;
            JsonObject report = new JsonObject();
            report.addProperty("micros", micros);
            report.addProperty("descriptors", descriptors() - before);
            return report;
        }
    }

    private static void cycle(UdpPoller poller, int cycles) throws IOException {
        for (int i = 0; i < cycles; i++) {
            poller.bind(ANY, 0, (to, from, datagram) -> {}).close();
        }
        poller.poll(Duration.ZERO); // the twin lets go of its descriptors there
    }

    private static int descriptors() throws IOException {
        String[] open = new File("/proc/self/fd").list();
        if (open == null) {
            throw new IOException("/proc/self/fd can not be read");
        }
        return open.length;
    }

    private static JsonObject rate(double perMilli) {
        JsonObject report = new JsonObject();
        report.addProperty("rate", perMilli);
        return report;
    }
}
