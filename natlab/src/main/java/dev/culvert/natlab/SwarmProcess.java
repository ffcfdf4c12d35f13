package dev.culvert.natlab;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.dht.mainline.LoopbackSwarm;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.util.stream.Collectors;

/** A DHT and a signalling server on the laboratory's public host, as many nodes as wanted in one JVM, for as long as its input is open. */
final class SwarmProcess {
    private SwarmProcess() {}

    /** Takes the number of nodes and the address; answers with one line, {@code nodes} and where they are. */
    public static void main(String[] arguments) throws IOException {
        try (SignalServer signals = new SignalServer(InetAddress.getByName(arguments[1]));
                LoopbackSwarm swarm = LoopbackSwarm.start(Integer.parseInt(arguments[0]), arguments[1])) {
            signals.start();
            String nodes = swarm.bootstrapAddresses().stream()
                    .map(node -> node.getAddress().getHostAddress() + ":" + node.getPort())
                    .collect(Collectors.joining(","));
            new PrintStream(System.out, true, UTF_8).println("nodes " + nodes);
            System.in.transferTo(System.out); // nobody says anything; the end of it ends us
        }
    }
}
