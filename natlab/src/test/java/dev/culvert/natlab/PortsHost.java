package dev.culvert.natlab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** This JVM's end of a {@link PortsProcess}, which ends with its input. */
final class PortsHost implements AutoCloseable {
    /** What the listener heard, and how long after the router was asked. */
    record Port(String gateway, String external, long millis) {}

    /** How an end went. */
    record Closed(long millis, int threads, int files) {}

    private final Process process;
    private final PrintStream commands;
    private final BufferedReader answers;
    private final int localPort;

    /** @param port to bind; 0 for any */
    PortsHost(NatLab lab, Side side, String address, int port) {
        List<String> command = List.of(
                "ip",
                "netns",
                "exec",
                lab.prefix() + "-" + side.host(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                PortsProcess.class.getName(),
                address,
                Integer.toString(port));
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        commands = new PrintStream(process.getOutputStream(), true, UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        localPort = Integer.parseInt(answer("ready").get(1));
    }

    /** The port of its socket. */
    int localPort() {
        return localPort;
    }

    private List<String> answer(String wanted) {
        List<String> words = List.of(line().split(" ", -1));
        if (!words.get(0).equals(wanted)) {
            throw new AssertionError("not " + wanted + " but " + words);
        }
        return words;
    }

    private String line() {
        try {
            String line = answers.readLine();
            if (line == null) {
                throw new AssertionError("the process has ended");
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void open(String protocols) {
        commands.println("open " + protocols);
        answer("asked");
    }

    Port port() {
        commands.println("event 5000");
        List<String> words = answer("port");
        return new Port(words.get(1), words.get(2), Long.parseLong(words.get(3)));
    }

    /** The next event in its words, or "nothing" within the time. */
    String event(int millis) {
        commands.println("event " + millis);
        return line();
    }

    /** What the socket gets, or "nothing" within the time. */
    String receive(int millis) {
        commands.println("receive " + millis);
        return line();
    }

    Closed closePorts() {
        commands.println("close");
        List<String> words = answer("closed");
        return new Closed(Long.parseLong(words.get(1)), Integer.parseInt(words.get(2)), Integer.parseInt(words.get(3)));
    }

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
