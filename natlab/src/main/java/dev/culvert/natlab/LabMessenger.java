package dev.culvert.natlab;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.natlab.LabPeer.Connected;
import dev.culvert.transport.Tier;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * This JVM's end of a {@link MessengerProcess}: tells it what to do and keeps what it reports. A thread of its own reads;
 * the process ends with its input, so with this JVM too. One thread at a time gives orders, anyone may look.
 */
public final class LabMessenger implements AutoCloseable {
    /** How long an order may take; opening loads libraries and closing waits for the DHT. */
    private static final long ANSWER_SECONDS = 40;

    /**
     * A message that the app got.
     *
     * @param tier how it came
     * @param nanos when, as {@code System.nanoTime} of this machine
     */
    public record Received(int number, Tier tier, long nanos) {}

    /**
     * What became of a message that the app sent.
     *
     * @param elapsed from the call of {@code send} to its result
     */
    public record Sent(int number, Tier tier, Duration elapsed) {}

    private final Process process;
    private final PrintStream orders;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final Object lock = new Object();
    private final List<Received> received = new ArrayList<>(); // guarded by lock
    private final List<Sent> sent = new ArrayList<>(); // guarded by lock
    private final List<String> connections = new ArrayList<>(); // guarded by lock
    private String id = "";

    private LabMessenger(Process process) {
        this.process = process;
        orders = new PrintStream(process.getOutputStream(), true, UTF_8);
        Thread reader = new Thread(this::read, "culvert-lab-messenger");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts one on a side's host. */
    public static LabMessenger start(NatLab lab, Side side) {
        return start(lab, side, LabJvm.HEAP_MEGABYTES);
    }

    /** The same with another heap. */
    static LabMessenger start(NatLab lab, Side side, int heapMegabytes) {
        List<String> command = new ArrayList<>(lab.inside(side.host()));
        command.addAll(LabJvm.command(heapMegabytes, MessengerProcess.class));
        try {
            LabMessenger messenger = new LabMessenger(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
            messenger.answer("ready");
            return messenger;
        } catch (IOException e) {
            throw new LabException("A messenger could not be started", e);
        }
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            String line = lines.readLine();
            while (line != null) {
                if (line.startsWith("event ")) {
                    take(line.split(" ", -1), line);
                } else {
                    answers.add(line);
                }
                line = lines.readLine();
            }
            answers.add("nothing, it has ended");
        } catch (IOException e) {
            answers.add("nothing: " + e);
        }
    }

    private void take(String[] words, String line) {
        synchronized (lock) {
            switch (words[1]) {
                case "received" ->
                    received.add(
                            new Received(Integer.parseInt(words[2]), Tier.valueOf(words[3]), Long.parseLong(words[4])));
                case "result" ->
                    sent.add(new Sent(
                            Integer.parseInt(words[2]),
                            Tier.valueOf(words[3]),
                            Duration.ofNanos(Long.parseLong(words[4]))));
                default -> connections.add(line.substring("event ".length()));
            }
            lock.notifyAll();
        }
    }

    private String order(String order, String wanted) {
        orders.println(order);
        return answer(wanted);
    }

    /** What follows the wanted word. */
    private String answer(String wanted) {
        try {
            String line = answers.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
            if (line == null || !line.startsWith(wanted)) {
                throw new LabException("The messenger did not say " + wanted + " but " + line);
            }
            return line.substring(wanted.length()).strip();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("Interrupted while a messenger was to say " + wanted, e);
        }
    }

    /**
     * Opens a transport, in place of the one before; what was reported is forgotten.
     *
     * @param directory of its identity and its queue, made if need be
     * @throws LabException with the transport's error if it does not open
     */
    public void open(Path directory, LabDht dht, MessengerSettings settings) {
        synchronized (lock) {
            received.clear();
            sent.clear();
            connections.clear();
        }
        id = order("open " + directory + " " + dht.nodes() + " " + settings.words(), "opened");
    }

    /** Its peer id, as text. */
    public String id() {
        return id;
    }

    /** Lets another one reach it. */
    public void contact(LabMessenger other) {
        order("contact " + other.id, "contact");
    }

    /** Sends a number; {@link #sent} tells later what became of it. */
    public void send(LabMessenger to, int number) {
        order("send " + to.id + " " + number, "sent");
    }

    /** Sends one number after the other from now on, beginning with 0 or with where it stopped. */
    public void flow(LabMessenger to, Duration every) {
        order("flow " + to.id + " " + every.toMillis(), "flowing");
    }

    /** Ends that; returns how many numbers were sent. */
    public int stop() {
        return Integer.parseInt(order("stop", "stopped"));
    }

    /** From now on it compares what comes with a load; {@link #received} has the numbers of what is the same. */
    void expect(Load load) {
        order("expect " + load.words(), "expecting");
    }

    /** Begins to send a load, as quickly as the other takes it. */
    void load(LabMessenger to, Load load) {
        order("load " + to.id + " " + load.words(), "loading");
    }

    /** Its connection as it is now; the time is that of the first set-up. Empty if there is none. */
    public Optional<Connected> path() {
        String words = order("path", "path");
        return words.isEmpty() ? Optional.empty() : Optional.of(Connected.parse(List.of(words.split(" ", -1))));
    }

    /** The transport's counters. */
    public String counters() {
        return order("counters", "counters");
    }

    /** What its app got so far, in the order of coming. */
    public List<Received> received() {
        synchronized (lock) {
            return List.copyOf(received);
        }
    }

    /** What has become so far of what its app sent, in the order of becoming known. */
    public List<Sent> sent() {
        synchronized (lock) {
            return List.copyOf(sent);
        }
    }

    /** Connections that came and went, messages that failed. */
    public List<String> connections() {
        synchronized (lock) {
            return List.copyOf(connections);
        }
    }

    /**
     * Waits until what it reports makes something true.
     *
     * @throws LabException if that does not happen in time
     */
    public void await(String what, Duration limit, BooleanSupplier holds) {
        long end = System.nanoTime() + limit.toNanos();
        synchronized (lock) {
            while (!holds.getAsBoolean()) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    throw new LabException("Not within " + limit.toSeconds() + " s: " + what + "; received "
                            + received.size() + ", sent " + sent.size() + ", " + connections);
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(lock, Math.min(left, TimeUnit.SECONDS.toNanos(1)) + 1_000_000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new LabException("Interrupted while waiting for: " + what, e);
                }
            }
        }
    }

    /** Closes its transport. */
    public void closeTransport() {
        order("close", "closed");
    }

    /** Ends the process. Idempotent. */
    @Override
    public void close() {
        orders.close();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
