package dev.culvert.natlab;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.transport.Tier;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * This JVM's end of a {@link PeerProcess}, or of another program that obeys the same lines: tells it what to do, a line
 * each, and reads its answers. The process ends with its input, so with this JVM too. One thread at a time; a call lasts
 * as long as the peer takes.
 */
public final class LabPeer implements AutoCloseable {
    /**
     * How a connect ended.
     *
     * @param localType host, srflx, prflx or relay
     * @param remoteType the same of the other side's candidate
     * @param time from both descriptions being known to this peer
     * @param tier what that makes the connection
     */
    public record Connected(String localType, String remoteType, Duration time, Tier tier) {
        /** Reads the four words of a line, the time in nanoseconds. */
        static Connected parse(List<String> words) {
            return new Connected(
                    words.get(0),
                    words.get(1),
                    Duration.ofNanos(Long.parseLong(words.get(2))),
                    Tier.valueOf(words.get(3)));
        }
    }

    private static final String FAILED = "failed ";

    private final Process process;
    private final PrintStream commands;
    private final BufferedReader answers;

    private LabPeer(Process process) {
        this.process = process;
        commands = new PrintStream(process.getOutputStream(), true, UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    }

    /**
     * Starts one and waits until it is ready.
     *
     * @param inside what runs a command on the peer's host
     */
    static LabPeer start(List<String> inside, PeerKind kind) {
        List<String> command = new ArrayList<>(inside);
        command.addAll(kind.command());
        LabPeer peer;
        try {
            peer = new LabPeer(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        } catch (IOException e) {
            throw new LabException("A peer could not be started", e);
        }
        try {
            peer.answer("ready");
            return peer;
        } catch (LabException e) {
            peer.close();
            throw e;
        }
    }

    /** Sends a command without waiting for what it answers. */
    private void tell(String command) {
        commands.println(command);
    }

    /** The words after the one that is wanted. */
    private List<String> answer(String wanted) {
        try {
            String line = answers.readLine();
            List<String> words = line == null ? List.of("nothing") : List.of(line.split(" ", -1));
            if (line != null && line.startsWith(FAILED) && !FAILED.startsWith(wanted)) {
                throw new LabException(line.substring(FAILED.length()));
            }
            if (!words.get(0).equals(wanted)) {
                throw new LabException("The peer did not say " + wanted + " but " + line);
            }
            return words.subList(1, words.size());
        } catch (IOException e) {
            throw new LabException("The peer can not be heard any more", e);
        }
    }

    /** Lets it make a fresh agent, which ends the one before, and find its candidates; {@link #description} waits. */
    public void gather(Servers servers, Duration timeout) {
        String extra = servers.extra();
        tell("gather " + servers.words() + " " + timeout.toMillis() + (extra.isEmpty() ? "" : " " + extra));
    }

    /**
     * Waits for the description, in hexadecimal digits; only a peer of the same kind reads it.
     *
     * @throws LabException if there is none
     */
    public String description() {
        return answer("description").get(0);
    }

    /** Starts the checks; {@link #connected} waits for their end. */
    public void connect(String description, boolean controlling, Duration timeout) {
        tell("connect " + (controlling ? "CONTROLLING" : "CONTROLLED") + " " + timeout.toMillis() + " " + description);
    }

    /**
     * Waits for the end of the checks.
     *
     * @throws LabException if they failed
     */
    public Connected connected() {
        return Connected.parse(answer("connected"));
    }

    /** The path in use now, which may be another than the first; of Culvert's peers. */
    public Connected path() {
        tell("path");
        return connected();
    }

    /** The bytes of the largest datagram that gets to the other peer in one piece, as it knows; of Culvert's peers. */
    public int mtu() {
        tell("mtu");
        return Integer.parseInt(answer("mtu").get(0));
    }

    /** Waits for checks that must fail, and returns why they did. */
    public String failed() {
        return String.join(" ", answer("failed"));
    }

    /** Sends a word to the other peer; it may get lost on its way. */
    public void send(String word) {
        tell("send " + word);
        answer("sent");
    }

    /** The next word from the other peer, or "nothing" within the time. */
    public String receive(Duration timeout) {
        tell("receive " + timeout.toMillis());
        return answer("received").get(0);
    }

    /** Whether its process still runs. */
    boolean isAlive() {
        return process.isAlive();
    }

    /** Ends the process. Idempotent. */
    @Override
    public void close() {
        commands.close();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
