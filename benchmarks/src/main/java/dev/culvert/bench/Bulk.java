package dev.culvert.bench;

import static dev.culvert.bench.BulkProbe.BATCH;
import static dev.culvert.bench.BulkProbe.PAYLOAD;
import static dev.culvert.bench.BulkProbe.RECEIVE;
import static dev.culvert.bench.BulkProbe.SEND;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bulk transfers one way between two processes, each of its own kind and in fresh processes. What is counted is what the
 * receiver's handler has been given within a window, after time to warm up.
 */
final class Bulk {
    private static final Duration REPORT = Duration.ofSeconds(20);

    /** The kernel's own overhead included, what a datagram of 1200 B that came alone takes of a socket's buffer. */
    private static final int ROOM_EACH = 2_400;

    /** More would not fit the 1 MiB, which Linux doubles for its overhead. */
    private static final int MOST_BATCHES = 12;

    private static final Path RECEIVE_LIMIT = Path.of("/proc/sys/net/core/rmem_max");

    private final @Nullable VethPair veth;
    private final @Nullable String processor;
    private final Plan.Udp plan;
    private final int windowBatches;

    /**
     * @param veth null for loopback
     * @param together whether both processes are measured on one processor; they warm up on all, or the compilers of
     *     their JVMs would still be at it
     */
    Bulk(@Nullable VethPair veth, boolean together, Plan.Udp plan) throws IOException {
        this.veth = veth;
        processor = together ? firstProcessor() : null;
        this.plan = plan;
        long allowed = Math.min(
                Link.BUFFER_BYTES,
                Long.parseLong(Files.readString(RECEIVE_LIMIT).strip()));
        windowBatches = (int) Math.max(1, Math.min(MOST_BATCHES, 2 * allowed / (BATCH * ROOM_EACH)));
    }

    /** Of those that this process may run on. */
    private static String firstProcessor() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("Cpus_allowed_list:")) {
                return line.replaceAll("\\D*(\\d+).*", "$1");
            }
        }
        return "0";
    }

    /**
     * What one transfer gave.
     *
     * @param megabytes received per second, 10^6 bytes of payload
     * @param arrived share of what was sent, 0 to 1
     */
    record Rate(double megabytes, double arrived) {}

    /** Of contexts, or of bare channels. */
    Rate ofJvms(String kind) throws IOException, InterruptedException {
        Path page = BulkPage.create();
        try (ChildJvm receiver = start(kind, RECEIVE, 1, page);
                ChildJvm sender = start(kind, SEND, 0, page)) {
            if (kind.equals(BulkProbe.CONTEXT)) {
                String offer = sender.next(REPORT).get("description").getAsString();
                receiver.send(offer);
                sender.send(receiver.next(REPORT).get("description").getAsString());
            }
            return measure(page, List.of(receiver.pid(), sender.pid()));
        } finally {
            Files.deleteIfExists(page);
        }
    }

    private ChildJvm start(String kind, String role, int side, Path page) throws IOException {
        return ChildJvm.start(
                prefix(side),
                BulkProbe.class,
                List.of("-Xms128m", "-Xmx128m"),
                List.of(
                        kind,
                        role,
                        address(side).getHostAddress(),
                        address(1).getHostAddress(),
                        page.toString(),
                        Integer.toString(windowBatches)));
    }

    /** Of the program in C. */
    Rate ofProgram(Path program) throws IOException, InterruptedException {
        Path page = BulkPage.create();
        List<Process> both = new ArrayList<>();
        try {
            both.add(start(program, 1, RECEIVE, page));
            both.add(start(program, 0, SEND, page));
            return measure(page, both.stream().map(Process::pid).toList());
        } finally {
            both.forEach(Process::destroyForcibly);
            Files.deleteIfExists(page);
        }
    }

    private Process start(Path program, int side, String role, Path page) throws IOException {
        List<String> command = new ArrayList<>(prefix(side));
        command.addAll(List.of(
                program.toString(),
                role,
                address(1).getHostAddress(),
                page.toString(),
                Integer.toString(windowBatches)));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private List<String> prefix(int side) {
        return veth == null ? List.of() : veth.prefix(side);
    }

    private InetAddress address(int side) {
        return veth == null ? InetAddress.getLoopbackAddress() : VethPair.address(side);
    }

    private Rate measure(Path file, List<Long> processes) throws IOException, InterruptedException {
        BulkPage page = new BulkPage(file);
        long deadline = System.nanoTime() + REPORT.toNanos();
        while (page.received() == 0) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("Nothing arrives");
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
        Files.delete(file); // all have it open: nothing is left if this process is killed
        TimeUnit.NANOSECONDS.sleep(plan.warmup().toNanos());
        if (processor != null) {
            for (long process : processes) {
                Commands.run("taskset", "-a", "-c", "-p", processor, Long.toString(process));
            }
            TimeUnit.NANOSECONDS.sleep(plan.warmup().toNanos() / 4);
        }
        long sent = page.sent();
        long received = page.received();
        long start = System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(plan.window().toNanos());
        double seconds = (System.nanoTime() - start) / 1e9;
        long arrived = page.received() - received;
        return new Rate(arrived * PAYLOAD / seconds / 1e6, arrived / (double) Math.max(1, page.sent() - sent));
    }
}
