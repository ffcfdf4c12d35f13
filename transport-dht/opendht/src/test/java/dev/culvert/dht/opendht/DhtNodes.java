package dev.culvert.dht.opendht;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.culvert.dht.Eventually;
import dev.culvert.dht.Slot;
import java.io.File;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Real {@code dhtnode}s with proxies on this host, that know each other and nobody else. A shell around each kills it
 * when its input ends, as it does with this JVM however that ends. What they print is in target/dhtnodes.
 */
final class DhtNodes implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(20);
    private static final String GUARD =
            "\"$0\" \"$@\" & node=$!; cat > /dev/null; kill -9 $node; wait $node 2> /dev/null";
    private static final int PLANTED_AT_ONCE = 50;
    private static DhtNodes shared; // guarded by the class

    private final String program;
    private final List<Process> processes = new ArrayList<>();
    private final List<Integer> udpPorts = new ArrayList<>();
    private final List<Integer> proxyPorts = new ArrayList<>();

    private DhtNodes(String program) {
        this.program = program;
    }

    /** Four nodes for all tests of this JVM; they end with it. */
    static synchronized DhtNodes shared() throws IOException {
        if (shared == null) {
            shared = start(4);
        }
        return shared;
    }

    /** So many nodes, started and, if there are several, joined. */
    static DhtNodes start(int nodes) throws IOException {
        DhtNodes ring = new DhtNodes(require());
        try {
            for (int i = 0; i < nodes; i++) {
                ring.udpPorts.add(freePort());
                ring.proxyPorts.add(freePort());
                ring.processes.add(ring.run(i));
            }
            for (int i = 0; i < nodes; i++) {
                ring.await(i, Math.min(nodes - 1, 1));
            }
            return ring;
        } catch (IOException | RuntimeException e) {
            ring.close();
            throw e;
        }
    }

    /** The program; without it the test is skipped, or fails if CULVERT_REQUIRE_TOOLS=1 says that it must be there. */
    static String require() {
        String path = System.getenv().getOrDefault("PATH", "");
        String program = Arrays.stream(path.split(File.pathSeparator))
                .map(folder -> Path.of(folder, "dhtnode"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse(null);
        String missing = "dhtnode is not on the PATH; install dhtnode to test against a real OpenDHT";
        if ("1".equals(System.getenv("CULVERT_REQUIRE_TOOLS"))) {
            assertNotNull(program, missing);
        }
        assumeTrue(program != null, missing);
        return program;
    }

    private Process run(int i) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", GUARD, program, "-s", "-p", "" + udpPorts.get(i)));
        command.addAll(List.of("--proxyserver", "" + proxyPorts.get(i)));
        if (processes.size() > 0) {
            command.addAll(List.of("-b", "127.0.0.1:" + udpPorts.get(i == 0 ? 1 : 0)));
        }
        Path logs = Files.createDirectories(Path.of("target", "dhtnodes"));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(logs.resolve("node-" + udpPorts.get(i) + ".log").toFile())
                .start();
    }

    private void await(int i, int neighbours) {
        long end = System.nanoTime() + START.toNanos();
        while (goodNodes(i) < neighbours) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        "dhtnode " + i + " has " + goodNodes(i) + " neighbours; see target/dhtnodes");
            }
            LockSupport.parkNanos(50_000_000);
        }
    }

    /** -1 when it does not answer. */
    private int goodNodes(int i) {
        try {
            HttpURLConnection http = (HttpURLConnection) proxy(i).toURL().openConnection(java.net.Proxy.NO_PROXY);
            http.setConnectTimeout(500);
            http.setReadTimeout(2_000);
            try {
                return ProxyLine.goodNodes(http.getInputStream().readAllBytes());
            } finally {
                http.disconnect();
            }
        } catch (IOException e) {
            return -1;
        }
    }

    int size() {
        return processes.size();
    }

    /** Stores any bytes where a slot's values are, as strangers can. */
    void plant(int i, Slot slot, List<byte[]> values) {
        // One for all time would keep its thread, which the leak test would see.
        HttpClient stranger =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(proxy(i) + "/" + OpenDht.path(slot)));
        for (int from = 0; from < values.size(); from += PLANTED_AT_ONCE) {
            List<byte[]> some = values.subList(from, Math.min(values.size(), from + PLANTED_AT_ONCE));
            some.stream()
                    .map(bytes -> request.POST(HttpRequest.BodyPublishers.ofByteArray(ProxyLine.put(bytes)))
                            .build())
                    .map(post -> stranger.sendAsync(post, HttpResponse.BodyHandlers.discarding()))
                    .toList()
                    .forEach(Eventually::get);
        }
    }

    URI proxy(int i) {
        return URI.create("http://127.0.0.1:" + proxyPorts.get(i));
    }

    OpenDhtConfig config(int i) {
        return OpenDhtConfig.builder(proxy(i)).build();
    }

    /** Ends one node and its proxy at once, without a farewell. */
    void kill(int i) throws IOException {
        Process process = processes.get(i);
        process.getOutputStream().close();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Starts a killed one again, on its ports. */
    void restart(int i) throws IOException {
        processes.set(i, run(i));
        await(i, 1);
    }

    @Override
    public void close() throws IOException {
        for (int i = 0; i < processes.size(); i++) {
            kill(i);
        }
    }

    /** One that neither UDP nor TCP uses. */
    static int freePort() throws IOException {
        try (ServerSocket tcp = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DatagramSocket udp = new DatagramSocket(tcp.getLocalPort(), InetAddress.getLoopbackAddress())) {
            return udp.getLocalPort();
        } catch (BindException e) {
            return freePort();
        }
    }
}
