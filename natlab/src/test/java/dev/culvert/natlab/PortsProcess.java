package dev.culvert.natlab;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.ice.internal.ports.PortProtocol;
import dev.culvert.ice.internal.ports.RouterPorts;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A host's socket and its {@link RouterPorts}, in a JVM of its own: obeys the lines of its input until it ends. */
final class PortsProcess implements AutoCloseable {
    private final PrintStream out = new PrintStream(System.out, true, UTF_8);
    private final DatagramSocket socket;
    private final LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
    private RouterPorts ports;
    private int filesBefore;

    private PortsProcess(String address, int port) throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByName(address), port));
        DatagramChannel.open().close(); // the JDK keeps one socket pair for closing others, from the first on
    }

    /** Takes the address and the port to bind. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        try (PortsProcess process = new PortsProcess(arguments[0], Integer.parseInt(arguments[1]))) {
            process.out.println("ready " + process.socket.getLocalPort());
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
            String line = commands.readLine();
            while (line != null) {
                process.obey(line.split(" ", -1));
                line = commands.readLine();
            }
        }
    }

    private void obey(String[] words) throws IOException, InterruptedException {
        switch (words[0]) {
            case "open" -> open(words[1]);
            case "event" -> {
                String event = events.poll(Long.parseLong(words[1]), TimeUnit.MILLISECONDS);
                out.println(event == null ? "nothing" : event);
            }
            case "receive" -> out.println(receive(Integer.parseInt(words[1])));
            case "close" -> endPorts();
            default -> throw new IllegalArgumentException("no such command: " + words[0]);
        }
    }

    private void open(String protocols) {
        filesBefore = openFiles();
        Set<PortProtocol> asked = EnumSet.noneOf(PortProtocol.class);
        List.of(protocols.split(",", -1)).forEach(name -> asked.add(PortProtocol.valueOf(name)));
        InetSocketAddress local = (InetSocketAddress) socket.getLocalSocketAddress();
        long start = System.nanoTime();
        ports = new RouterPorts(List.of(local), asked, new RouterPorts.Listener() {
            @Override
            public void onPort(InetSocketAddress at, InetSocketAddress gateway, InetSocketAddress external) {
                events.add("port " + address(gateway) + " " + address(external) + " " + millisSince(start));
            }

            @Override
            public void onPortLost(InetSocketAddress at) {
                events.add("lost");
            }
        });
        out.println("asked");
    }

    private static String address(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private static long millisSince(long startNanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    private String receive(int timeoutMillis) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[1_500], 1_500);
        socket.setSoTimeout(timeoutMillis);
        try {
            socket.receive(packet);
            return new String(packet.getData(), 0, packet.getLength(), UTF_8);
        } catch (SocketTimeoutException e) {
            return "nothing";
        }
    }

    /** Tells how long it took, and how many of its threads and files are still there. */
    private void endPorts() {
        long start = System.nanoTime();
        ports.close();
        long millis = millisSince(start);
        long threads = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("culvert-ports"))
                .count();
        out.println("closed " + millis + " " + threads + " " + (openFiles() - filesBefore));
    }

    /** Sockets and selectors; the JVM opens its own jars and modules when it likes. */
    private static int openFiles() {
        File[] files = new File("/proc/self/fd").listFiles();
        return (int) Stream.of(files == null ? new File[0] : files)
                .filter(PortsProcess::isSocketOrSelector)
                .count();
    }

    private static boolean isSocketOrSelector(File file) {
        try {
            String target = Files.readSymbolicLink(file.toPath()).toString();
            return target.startsWith("socket:") || target.startsWith("anon_inode:");
        } catch (IOException e) {
            return false; // the one that listed them
        }
    }

    @Override
    public void close() {
        if (ports != null) {
            ports.close();
        }
        socket.close();
    }
}
