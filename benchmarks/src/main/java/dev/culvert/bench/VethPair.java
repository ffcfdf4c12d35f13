package dev.culvert.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Two network namespaces with a veth pair between them. Each is held by a process that ends with its input, so that nothing
 * is left behind when this JVM ends in any way: a namespace goes with the last process in it, and its link with it.
 */
final class VethPair implements AutoCloseable {
    private static final String READY = "ready";

    private static final String NEAR = "10.254.0.1";
    private static final String FAR = "10.254.0.2";

    private final List<Process> holders = new ArrayList<>();

    private VethPair() {}

    /** @throws SkippedException if this machine or user can make none */
    static VethPair open() throws SkippedException, InterruptedException {
        VethPair pair = new VethPair();
        try {
            Commands.run("taskset", "--version"); // what runs over the link may be tied to a processor
            long near = pair.hold();
            long far = pair.hold();
            Commands.run(
                    "ip",
                    "link",
                    "add",
                    "culvert-a",
                    "netns",
                    "" + near,
                    "type",
                    "veth",
                    "peer",
                    "name",
                    "culvert-b",
                    "netns",
                    "" + far);
            pair.configure(0, "culvert-a", NEAR);
            pair.configure(1, "culvert-b", FAR);
            return pair;
        } catch (IOException e) {
            pair.close();
            throw new SkippedException("a veth pair wants root, ip, unshare, nsenter and taskset: " + e.getMessage());
        }
    }

    private long hold() throws IOException {
        Process holder = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo " + READY + "; exec cat")
                .redirectErrorStream(true)
                .start();
        holders.add(holder);
        String said =
                new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8)).readLine();
        if (!READY.equals(said)) {
            throw new IOException(String.valueOf(said));
        }
        return holder.pid();
    }

    private void configure(int side, String link, String address) throws IOException, InterruptedException {
        for (String command : List.of(
                "ip address add " + address + "/30 dev " + link, "ip link set " + link + " up", "ip link set lo up")) {
            List<String> words = new ArrayList<>(prefix(side));
            words.addAll(List.of(command.split(" ", -1)));
            Commands.run(words.toArray(String[]::new));
        }
    }

    /** What a command begins with that is to run on a side, 0 or 1. */
    List<String> prefix(int side) {
        return List.of("nsenter", "--net=/proc/" + holders.get(side).pid() + "/ns/net");
    }

    /** A side's address. */
    static InetAddress address(int side) {
        try {
            return InetAddress.getByName(side == 0 ? NEAR : FAR);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("A literal", e);
        }
    }

    @Override
    public void close() {
        holders.forEach(Process::destroyForcibly);
    }
}
