package dev.culvert.natlab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Mainline DHT of the laboratory's own, on one more public host: this JVM's end of a {@link SwarmProcess}. The host is a
 * network namespace without a name, so it goes with the process, which goes with its input and so with this JVM.
 *
 * <p>The server's host will not do: its addresses are on its loopback interface, and libtorrent ties a socket to the
 * interface that has its address.
 */
public final class LabDht implements AutoCloseable {
    private static final String ADDRESS = "203.0.113.3";

    /** Waits until the link is there, sets its address, and becomes the program. */
    private static final String HOST = "echo host && read -r linked && ip link set lo up && ip addr add " + ADDRESS
            + "/32 dev eth0 && ip link set eth0 up && ip route add default via 203.0.113.1 dev eth0 onlink && exec \"$@\"";

    private final Process process;
    private final BufferedReader said;
    private String nodes = "";

    private LabDht(Process process) {
        this.process = process;
        said = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    }

    /** Starts so many nodes, and waits until they know each other. */
    public static LabDht start(NatLab lab, int size) {
        List<String> command = new ArrayList<>(lab.inside("pub"));
        command.addAll(List.of("unshare", "--net", "sh", "-c", HOST, "sh"));
        command.addAll(LabJvm.command(SwarmProcess.class, Integer.toString(size), ADDRESS));
        try {
            LabDht dht = new LabDht(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
            try {
                dht.connect(lab);
                return dht;
            } catch (IOException | LabException e) {
                dht.close();
                throw e;
            }
        } catch (IOException e) {
            throw new LabException("The DHT could not be started", e);
        }
    }

    private void connect(NatLab lab) throws IOException {
        expect("host");
        List<String> command = new ArrayList<>(lab.inside("pub"));
        command.addAll(List.of(
                "sh",
                "-c",
                "ip link add dht type veth peer name eth0 netns $0 && ip link set dht up && ip route add " + ADDRESS
                        + "/32 dev dht",
                Long.toString(process.pid())));
        NatLab.run(command);
        new PrintStream(process.getOutputStream(), true, UTF_8).println("linked");
        nodes = expect("nodes ");
    }

    private String expect(String start) throws IOException {
        String line = said.readLine();
        if (line == null || !line.startsWith(start)) {
            throw new LabException("The DHT's host did not say " + start + " but " + line);
        }
        return line.substring(start.length());
    }

    /** Where the nodes are, {@code address:port} with commas between. */
    public String nodes() {
        return nodes;
    }

    /** Ends it. Idempotent. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
