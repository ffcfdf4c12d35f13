package dev.culvert.natlab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What tcpdump sees on one interface of a laboratory, from its start until {@link #stop}. */
final class Capture implements AutoCloseable {
    /**
     * The two ends of a packet; the port is 0 where there is none.
     *
     * @param line what tcpdump says of it
     */
    record Packet(String from, int fromPort, String to, int toPort, String line) {
        /** Whether one end is there. */
        boolean touches(String address, int port) {
            return (from.equals(address) && fromPort == port) || (to.equals(address) && toPort == port);
        }

        boolean touches(String address) {
            return from.equals(address) || to.equals(address);
        }
    }

    private static final Pattern PACKET = Pattern.compile(
            "IP (\\d+\\.\\d+\\.\\d+\\.\\d+)(?:\\.(\\d+))? > (\\d+\\.\\d+\\.\\d+\\.\\d+)(?:\\.(\\d+))?:.*");

    private final Process process;
    private final Path file;

    private Capture(Process process, Path file) {
        this.process = process;
        this.file = file;
    }

    /** Skips the test without tcpdump, or fails it where tools are required. */
    static void require() {
        NatLabExtension.require(
                NatLab.isThere("tcpdump") ? List.of() : List.of("tcpdump"),
                "1".equals(System.getenv("CULVERT_REQUIRE_TOOLS")));
    }

    /** Starts one and waits until it sees everything. */
    static Capture start(NatLab lab, String who, String networkInterface, Path file) throws IOException {
        List<String> command = new ArrayList<>(lab.inside(who));
        command.addAll(List.of(
                "tcpdump",
                "-Z",
                "root",
                "-U",
                "--immediate-mode",
                "-i",
                networkInterface,
                "-w",
                file.toString(),
                "ip"));
        Process process = new ProcessBuilder(command).start();
        BufferedReader said = new BufferedReader(new InputStreamReader(process.getErrorStream(), UTF_8));
        String line = said.readLine();
        while (line != null && !line.contains("listening on")) {
            line = said.readLine();
        }
        if (line == null) {
            process.destroyForcibly();
            throw new LabException("tcpdump did not start");
        }
        return new Capture(process, file);
    }

    /** Ends it and reads what it saw. */
    List<Packet> stop() throws IOException, InterruptedException {
        process.destroy(); // it writes what it has, then ends
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            throw new LabException("tcpdump does not end");
        }
        List<Packet> packets = new ArrayList<>();
        NatLab.run(List.of("sh", "-c", "exec tcpdump -nn -t -q -r \"$0\" 2>/dev/null", file.toString()))
                .lines()
                .forEach(line -> packets.add(parse(line)));
        return packets;
    }

    private static Packet parse(String line) {
        Matcher matcher = PACKET.matcher(line);
        if (!matcher.matches()) {
            throw new LabException("Not understood: " + line);
        }
        return new Packet(matcher.group(1), port(matcher.group(2)), matcher.group(3), port(matcher.group(4)), line);
    }

    private static int port(String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
