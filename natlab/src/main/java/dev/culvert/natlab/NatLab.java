package dev.culvert.natlab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A laboratory of its own, built by the script {@code natlab} and held by a process of it: that takes everything down
 * when this object is closed, and also when this JVM ends in any way. One thread at a time.
 */
public final class NatLab implements AutoCloseable {
    /** The STUN and TURN server of every laboratory. */
    public static final String SERVER = "203.0.113.1:3478";

    /** What a laboratory with time-limited credentials makes them with. */
    public static final String SECRET = "lab";

    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final long LIMIT_SECONDS = 30;

    private final String prefix;
    private final Process holder;

    private NatLab(String prefix, Process holder) {
        this.prefix = prefix;
        this.holder = holder;
    }

    /**
     * Where the script is: in the module's folder of this checkout, seen from there or from the checkout's top;
     * the script itself tells the programs that it starts.
     */
    static Path script() {
        String told = System.getProperty("culvert.natlab");
        if (told != null) {
            return Path.of(told);
        }
        for (String place : List.of("natlab", "natlab/natlab")) {
            Path path = Path.of(place).toAbsolutePath();
            if (Files.isRegularFile(path) && Files.isExecutable(path)) {
                return path;
            }
        }
        throw new LabException(
                "The script natlab was not found from " + Path.of("").toAbsolutePath());
    }

    /** Why there can be no laboratory here, for people; empty if there can be. */
    public static List<String> missing() {
        List<String> missing = new ArrayList<>();
        if (!"root".equals(System.getProperty("user.name"))) {
            missing.add("root");
        }
        for (String tool :
                List.of("ip", "nft", "conntrack", "turnserver", "turnutils_natdiscovery", "openssl", "nsenter")) {
            if (!isThere(tool)) {
                missing.add(tool);
            }
        }
        return missing;
    }

    /** Whether a program is on the path. */
    static boolean isThere(String tool) {
        return List.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }

    /** Builds one, in less than a second; what a killed process left behind goes first. */
    public static NatLab open(NatKind a, NatKind b) {
        return open(a, b, List.of());
    }

    /** One whose sides are homes behind the NAT of one carrier. */
    public static NatLab open(NatKind a, NatKind b, Carrier carrier) {
        return open(a, b, List.of("-c", carrier.word()));
    }

    /** One whose TURN server takes time-limited credentials only, made with {@link #SECRET}. */
    public static NatLab openTimeLimited(NatKind a, NatKind b) {
        return open(a, b, List.of("-x"));
    }

    private static NatLab open(NatKind a, NatKind b, List<String> options) {
        run(List.of(script().toString(), "down", "--stale"));
        String prefix = "j" + ProcessHandle.current().pid() + "x" + NUMBERS.incrementAndGet();
        try {
            List<String> command = new ArrayList<>(List.of(script().toString(), "hold", "-p", prefix));
            command.addAll(options);
            command.addAll(List.of(a.word(), b.word()));
            Process holder =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            NatLab lab = new NatLab(prefix, holder);
            lab.awaitReady();
            return lab;
        } catch (IOException e) {
            throw new LabException("The laboratory could not be started", e);
        }
    }

    private void awaitReady() throws IOException {
        BufferedReader said = new BufferedReader(new InputStreamReader(holder.getInputStream(), UTF_8));
        StringBuilder all = new StringBuilder();
        String line = said.readLine();
        while (line != null && !line.equals("ready")) {
            all.append(line).append('\n');
            line = said.readLine();
        }
        if (line == null) {
            close();
            throw new LabException("The laboratory could not be built: " + all);
        }
    }

    /** The name that every namespace of this laboratory begins with. */
    public String prefix() {
        return prefix;
    }

    /** Gives a side another NAT, and with it perhaps other addresses; every mapping is gone. */
    public void nat(Side side, NatKind kind) {
        script("nat", side.host(), kind.word());
    }

    /** The side's host loses its address and gets another one of its network. */
    public void readdress(Side side) {
        script("readdress", side.host());
    }

    /** The certificate that the TURN server shows over TLS, which vouches for itself; PEM. */
    public static Path certificate() {
        return script().resolveSibling("target").resolve("turn-certificate.pem");
    }

    /** The side's routers forget every mapping. */
    public void reboot(Side side) {
        script("reboot", side.host());
    }

    /** So many of a hundred packets that cross the public network get lost. */
    public void loss(int percent) {
        script("loss", Integer.toString(percent));
    }

    /** The same, and just as many of those to the server, so that what it relays gets lost as often as the rest. */
    public void lossOnEveryPath(int percent) {
        script("loss", Integer.toString(percent), Integer.toString(percent));
    }

    /** When the sides have exchanged so many bytes of data, the flow that carries the next goes dead for good, both ways. */
    public void cut(long bytes) {
        script("cut", Long.toString(bytes));
    }

    /** Whether a flow has been {@link #cut}. */
    public boolean isCut() {
        List<String> list = new ArrayList<>(inside("pub"));
        list.addAll(List.of("nft", "list", "set", "ip", "cut", "dead"));
        return run(list).contains("elements");
    }

    /** No flow is dead any more, nor will be. */
    public void heal() {
        script("heal");
    }

    /** So long takes a packet from one side to the other and back; every mapping is gone. */
    public void rtt(Duration time) {
        script("rtt", Long.toString(time.toMillis()));
    }

    /** What the STUN servers say of a side's NAT (RFC 5780), in coturn's words. */
    public String discover(Side side) {
        return script("verify", side.host());
    }

    /** A JVM on a side's host, that opens endpoints as it is told. */
    public LabPeer start(Side side) {
        return start(side, PeerKind.CULVERT);
    }

    /** A process on a side's host, that connects as it is told. */
    public LabPeer start(Side side, PeerKind kind) {
        return LabPeer.start(List.of("ip", "netns", "exec", prefix + "-" + side.host()), kind);
    }

    /** What runs a command in a namespace of this laboratory: a, b, ra, rb or pub. */
    List<String> inside(String who) {
        return List.of("ip", "netns", "exec", prefix + "-" + who);
    }

    /** Runs a command on a side's host, and returns what it said. */
    public String execute(Side side, String... command) {
        return script(
                "exec",
                Stream.concat(Stream.of(side.host()), Stream.of(command)).toArray(String[]::new));
    }

    /** The holder; a test kills it. */
    Process holder() {
        return holder;
    }

    private String script(String command, String... arguments) {
        List<String> words = new ArrayList<>(List.of(script().toString(), command, "-p", prefix));
        words.addAll(List.of(arguments));
        return run(words);
    }

    static String run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), UTF_8);
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new LabException(command + " failed: " + said);
            }
            return said;
        } catch (IOException e) {
            throw new LabException(command + " could not be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException(command + " was interrupted", e);
        }
    }

    /** Takes it down, with every process in it. Idempotent; waits until it is gone. */
    @Override
    public void close() {
        try {
            holder.getOutputStream().close();
            if (!holder.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                holder.destroy();
            }
        } catch (IOException e) {
            holder.destroy(); // it takes down what there is, then ends
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            holder.destroy();
        }
    }
}
