package dev.culvert.cli;

import com.google.gson.JsonObject;
import dev.culvert.dht.QueueConfig;
import dev.culvert.dht.mainline.MainlineConfig;
import dev.culvert.dht.mainline.MainlineDht;
import dev.culvert.identity.Identity;
import dev.culvert.peer.PeerTransport;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * One peer of the demonstration in a process of its own: takes commands as lines of JSON on standard input, reports on
 * standard output, and ends when its input does, so that it never outlives who started it.
 */
@Command(name = "peer-worker", hidden = true, description = "One peer of the demonstration, driven over stdin/stdout.")
final class PeerWorkerCommand implements Callable<Integer> {
    @Option(names = "--directory", required = true, description = "Where identity and store are kept.")
    private Path directory = Path.of(".");

    @Option(names = "--bootstrap", required = true, split = ",", description = "DHT nodes to join at, host:port.")
    private List<String> bootstrap = List.of();

    @Override
    public Integer call() throws IOException {
        PrintStream out = System.out;
        // First of all, so that this process ends with its input even while it waits for something below.
        Orphan orphan = new Orphan(directory);
        WorkerInput input = new WorkerInput(System.in, orphan::inputEnded);
        Identity self = Identity.loadOrCreate(directory.resolve("identity"));
        MainlineDht dht = openDht();
        PeerTransport transport;
        try {
            dht.bootstrap().join();
            transport = PeerTransport.builder(self)
                    .dht(dht)
                    .directory(directory)
                    .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                    .pollInterval(Duration.ofMillis(500))
                    .connectTimeout(Duration.ofSeconds(5))
                    .queue(QueueConfig.builder()
                            .pollInterval(Duration.ofMillis(500), Duration.ofSeconds(2))
                            .build())
                    .open();
        } catch (RuntimeException e) {
            dht.close();
            throw e;
        }
        try (transport) {
            PeerWorker worker = new PeerWorker(transport, directory, line -> print(out, line));
            worker.start();
            serve(worker, input);
        }
        orphan.deleteOwnDirectory(); // the demonstration may be killed before it does so
        return 0;
    }

    /**
     * Opens the DHT node on the port it had before: a node that comes back elsewhere leaves a dead address in the others'
     * tables, and libtorrent waits 15 s for each of those in every look-up.
     */
    private MainlineDht openDht() throws IOException {
        Path portFile = directory.resolve("dht-port");
        String port = Files.exists(portFile) ? Files.readString(portFile).strip() : "0";
        MainlineDht dht = MainlineDht.open(MainlineConfig.builder()
                .loopback(true)
                .settleTime(Duration.ofMillis(500))
                .listenInterfaces(List.of("127.0.0.1:" + port))
                .bootstrapNodes(
                        bootstrap.stream().map(PeerWorkerCommand::address).toList())
                .build());
        Files.writeString(portFile, String.valueOf(dht.nodePort()));
        return dht;
    }

    /** Parses without a name look-up: the swarm's nodes are literal addresses. */
    private static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    private static void print(PrintStream out, JsonObject line) {
        synchronized (out) {
            out.println(line);
            out.flush();
        }
    }

    private static void serve(PeerWorker worker, WorkerInput input) throws IOException {
        try {
            JsonObject command = input.take();
            while (!Json.type(command).equals(WorkerInput.QUIT)) {
                if (Json.type(command).equals(WorkerInput.MALFORMED)) {
                    throw new IOException(
                            "Not a command: " + command.get("line").getAsString());
                }
                worker.execute(command);
                command = input.take();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for a command", e);
        }
    }
}
