package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.culvert.ice.internal.StunWriter;
import java.io.File;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** coturn as a STUN or TURN server on 127.0.0.1, in a process that ends with this object or with the JVM. */
public final class Turnserver implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(20);

    /** Ends the server when its input ends, as it does with this JVM however that ends. */
    private static final String GUARD = "\"$0\" \"$@\" & server=$!; cat > /dev/null; kill $server; wait $server";

    private final Process process;
    private final Path folder;
    private final int port;

    private Turnserver(String program, int port, List<String> options) throws IOException {
        this.port = port;
        folder = Files.createTempDirectory("culvert-turnserver");
        List<String> command = new ArrayList<>(List.of(
                "sh",
                "-c",
                GUARD,
                program,
                "-n",
                "--listening-ip=127.0.0.1",
                "--listening-port=" + port,
                "--no-dtls",
                "--no-cli",
                "--userdb=" + folder.resolve("db"),
                "--pidfile=" + folder.resolve("pid"),
                "--log-file=stdout"));
        command.addAll(options);
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    /** The program; without it the test is skipped, or fails if CULVERT_REQUIRE_TOOLS=1 says that it must be there. */
    public static String require() {
        String program = program().orElse(null);
        String missing = "turnserver is not on the PATH; install coturn to test against a real STUN and TURN server";
        if ("1".equals(System.getenv("CULVERT_REQUIRE_TOOLS"))) {
            assertNotNull(program, missing);
        }
        assumeTrue(program != null, missing);
        return program;
    }

    private static Optional<String> program() {
        String path = System.getenv().getOrDefault("PATH", "");
        return Arrays.stream(path.split(File.pathSeparator))
                .map(folder -> Path.of(folder, "turnserver"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    /** A STUN server, started and answering. */
    static Turnserver start(String program) throws IOException {
        return start(program, freePort(), List.of("--stun-only", "--no-tcp", "--no-tls"));
    }

    /** A TURN server over UDP and TCP, started and answering, that relays between ports of this host. */
    public static Turnserver relay(String program, String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "--relay-ip=127.0.0.1", "--realm=culvert", "--allow-loopback-peers", "--fingerprint", "--no-tls"));
        all.addAll(List.of(options));
        return start(program, freePort(), all);
    }

    /**
     * A TURN server over UDP, TCP and TLS, started and answering.
     *
     * @param port for UDP and TCP; see {@link #freePort}
     * @param options users, certificates and so on, as on its command line
     */
    public static Turnserver start(String program, int port, List<String> options) throws IOException {
        Turnserver server = new Turnserver(program, port, options);
        try {
            server.awaitAnswer();
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** One that neither UDP nor TCP uses: the server wants both. */
    public static int freePort() throws IOException {
        try (ServerSocket tcp = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DatagramSocket udp = new DatagramSocket(tcp.getLocalPort(), InetAddress.getLoopbackAddress())) {
            return udp.getLocalPort();
        } catch (BindException e) {
            return freePort();
        }
    }

    private void awaitAnswer() throws IOException {
        long end = System.nanoTime() + START.toNanos();
        byte[] request = new StunWriter(StunWriter.BINDING_REQUEST, new byte[12]).bytes();
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            socket.setSoTimeout(50);
            while (process.isAlive() && System.nanoTime() - end < 0) {
                socket.send(new DatagramPacket(request, request.length, InetAddress.getLoopbackAddress(), port));
                try {
                    socket.receive(new DatagramPacket(new byte[500], 500));
                    return;
                } catch (SocketTimeoutException e) {
                    // Not up yet: ask again.
                }
            }
        }
        throw new IllegalStateException("turnserver does not answer: " + Files.readString(folder.resolve("log")));
    }

    TurnServer turn(TurnTransport transport, TurnCredentials credentials) {
        return new TurnServer("127.0.0.1", port, transport, credentials);
    }

    public StunServer address() {
        return new StunServer("127.0.0.1", port);
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                end();
            }
        } catch (InterruptedException e) {
            end();
            Thread.currentThread().interrupt();
        }
        for (String name : List.of("db", "pid", "log")) {
            Files.deleteIfExists(folder.resolve(name));
        }
        Files.deleteIfExists(folder);
    }

    private void end() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
