package dev.culvert.bench;

import java.io.File;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Processes of Debian's {@code dhtnode} with a proxy each, that know each other and nobody else. A shell around each
 * ends it when its input ends, as it does with this JVM however that ends. They run until {@link #close}.
 */
final class DhtnodeRing implements AutoCloseable {
    private static final String PROGRAM = "dhtnode";
    private static final String GUARD =
            "\"$0\" \"$@\" > /dev/null 2>&1 & node=$!; cat > /dev/null; kill -9 $node; wait $node 2> /dev/null";

    private final List<Process> shells = new ArrayList<>();
    private final List<Integer> proxies = new ArrayList<>();

    private DhtnodeRing() {}

    static DhtnodeRing start(int nodes) throws SkippedException, IOException {
        String program = program().orElseThrow(() -> new SkippedException("no " + PROGRAM + " on the PATH"));
        DhtnodeRing ring = new DhtnodeRing();
        try {
            List<Integer> ports = new ArrayList<>();
            for (int i = 0; i < nodes; i++) {
                ports.add(freePort());
                ring.proxies.add(freePort());
                List<String> command = new ArrayList<>(List.of("sh", "-c", GUARD, program, "-s"));
                command.addAll(List.of("-p", "" + ports.get(i), "--proxyserver", "" + ring.proxies.get(i)));
                if (i > 0) {
                    command.addAll(List.of("-b", "127.0.0.1:" + ports.get(0)));
                }
                ring.shells.add(new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start());
            }
            return ring;
        } catch (IOException | RuntimeException e) {
            ring.close();
            throw e;
        }
    }

    private static Optional<String> program() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, PROGRAM))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    /** One that neither UDP nor TCP uses. */
    private static int freePort() throws IOException {
        while (true) {
            try (ServerSocket tcp = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    DatagramSocket udp = new DatagramSocket(tcp.getLocalPort(), InetAddress.getLoopbackAddress())) {
                return udp.getLocalPort();
            } catch (BindException e) {
                // With UDP it is another's: the next one.
            }
        }
    }

    URI proxy(int node) {
        return URI.create("http://127.0.0.1:" + proxies.get(node));
    }

    @Override
    public void close() throws IOException {
        for (Process shell : shells) {
            shell.getOutputStream().close();
        }
        for (Process shell : shells) {
            end(shell);
        }
    }

    private static void end(Process shell) {
        try {
            if (shell.waitFor(5, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        shell.descendants().forEach(ProcessHandle::destroyForcibly);
        shell.destroyForcibly();
    }
}
