package dev.culvert.cli;

import dev.culvert.dht.Keeper;
import dev.culvert.dht.KeeperConfig;
import dev.culvert.dht.KeeperEvent;
import dev.culvert.dht.mainline.MainlineConfig;
import dev.culvert.dht.mainline.MainlineDht;
import dev.culvert.identity.Identity;
import dev.culvert.peer.KeeperPeer;
import dev.culvert.peer.PeerTransport;
import dev.culvert.peer.PeerTransportBuilder;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.PrivacyMode;
import dev.culvert.transport.TransportException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code culvert keeper}: puts the queued messages of senders that are away. */
@Command(
        name = "keeper",
        mixinStandardHelpOptions = true,
        description = {
            "Keeps the queued messages of others while they are away: puts their sealed records into the Mainline DHT"
                    + " again and again, until their sender says that they were received, or seven days are over. It"
                    + " can read none of them, and sees neither for whom they are nor from where they are fetched.%n",
            "It prints its peer id, which senders name with PeerTransport's builder.keeper(id), and knows only senders"
                    + " that are allowed. What it holds is on disk before it says so. It runs until it is sent"
                    + " SIGTERM or SIGINT.%n"
        })
final class KeeperCommand implements Callable<Integer> {
    private static final long MIB = 1L << 20;
    private static final Duration REPORT_PERIOD = Duration.ofMinutes(10);
    private static final int LEAST_CONTACTS = 1024;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "Identity and records, readable by this user only (default: .culvert/keeper at home).")
    private Path directory = Path.of(System.getProperty("user.home"), ".culvert", "keeper");

    @Option(names = "--allow", paramLabel = "PEER", description = "A sender's peer id; may be repeated.")
    private List<String> allowed = new ArrayList<>();

    @Option(
            names = "--senders",
            paramLabel = "FILE",
            description = "More senders, one peer id a line; what follows a # is not read.")
    private @Nullable Path senders;

    @Option(
            names = "--bootstrap",
            paramLabel = "HOST:PORT",
            description = "A DHT node to join at, instead of the public ones; may be repeated.")
    private List<String> bootstrap = new ArrayList<>();

    @Option(
            names = "--dht",
            paramLabel = "ADDRESS:PORT",
            description = "Where the DHT node listens (default: any address, and a port that is free).")
    private @Nullable String dhtAddress;

    @Option(
            names = "--closed",
            description = "The DHT is a network of one's own or on loopback; needs --bootstrap with IP addresses.")
    private boolean closed;

    @Option(names = "--port", paramLabel = "PORT", description = "UDP port for senders (default: one that is free).")
    private int port;

    @Option(names = "--bind", paramLabel = "ADDRESS", description = "A local address to use; may be repeated.")
    private List<String> addresses = new ArrayList<>();

    @Option(names = "--stun", paramLabel = "HOST:PORT", description = "A STUN server; may be repeated.")
    private List<String> stunServers = new ArrayList<>();

    @Mixin
    private final RelayOptions relays = new RelayOptions();

    @Option(
            names = "--records",
            paramLabel = "N",
            description = "Most records of one sender (default: ${DEFAULT-VALUE}).")
    private int records = KeeperConfig.defaults().recordsPerSender();

    @Option(
            names = "--records-total",
            paramLabel = "N",
            description = "Most records of all (default: ${DEFAULT-VALUE}).")
    private int recordsTotal = KeeperConfig.defaults().recordsTotal();

    @Option(names = "--mib", paramLabel = "N", description = "Most MiB of one sender (default: ${DEFAULT-VALUE}).")
    private long mib = KeeperConfig.defaults().bytesPerSender() / MIB;

    @Option(names = "--mib-total", paramLabel = "N", description = "Most MiB of all (default: ${DEFAULT-VALUE}).")
    private long mibTotal = KeeperConfig.defaults().bytesTotal() / MIB;

    @Override
    public Integer call() throws InterruptedException {
        PrintStream out = System.out;
        KeeperConfig config = checked(() -> KeeperConfig.builder()
                .records(records, recordsTotal)
                .bytes(Math.multiplyExact(mib, MIB), Math.multiplyExact(mibTotal, MIB))
                .build());
        Set<PeerId> customers = checked(this::customers);
        MainlineConfig network = checked(this::network);
        try (KeeperPeer keeper = open(config, customers, network)) {
            CountDownLatch ended = new CountDownLatch(1);
            Thread onSignal = new Thread(() -> end(keeper, ended), "culvert-keeper-end");
            Runtime.getRuntime().addShutdownHook(onSignal);
            out.println("keeper " + keeper.localPeer());
            out.println("keeping for " + customers.size() + (customers.size() == 1 ? " sender" : " senders"));
            report(keeper, out, ended);
            return 0;
        } catch (CompletionException e) {
            return 0; // a signal closed it while it was asked what it holds
        } catch (TransportException e) {
            spec.commandLine().getErr().println("culvert keeper: " + e.getMessage());
            return 1;
        }
    }

    private static void end(KeeperPeer keeper, CountDownLatch ended) {
        keeper.close();
        ended.countDown();
    }

    /** One line when something has changed, until the end. */
    private static void report(KeeperPeer keeper, PrintStream out, CountDownLatch ended) throws InterruptedException {
        String last = "";
        do {
            String line = line(keeper);
            if (!line.equals(last)) {
                out.println(line);
                last = line;
            }
        } while (!ended.await(REPORT_PERIOD.toMillis(), TimeUnit.MILLISECONDS));
    }

    private static String line(KeeperPeer keeper) {
        Keeper.Held held = keeper.held().join();
        var events = keeper.events();
        return "holds " + held.records() + " records, " + held.bytes() + " bytes; taken "
                + events.get(KeeperEvent.TAKEN)
                + ", put " + events.get(KeeperEvent.PUT) + ", not put " + events.get(KeeperEvent.PUT_FAILED)
                + ", dropped " + events.get(KeeperEvent.DROPPED) + ", over " + events.get(KeeperEvent.EXPIRED);
    }

    private KeeperPeer open(KeeperConfig config, Set<PeerId> customers, MainlineConfig network) {
        Identity self = Identity.loadOrCreate(directory.resolve("identity"));
        PeerTransportBuilder builder = checked(() -> transport(self, customers.size()));
        MainlineDht dht = MainlineDht.open(network);
        try {
            return builder.dht(dht).openKeeper(config, customers);
        } catch (IllegalArgumentException e) {
            dht.close();
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            dht.close();
            throw e;
        }
    }

    private PeerTransportBuilder transport(Identity self, int contacts) throws IOException {
        PeerTransportBuilder builder = PeerTransport.builder(self)
                .directory(directory)
                .port(port)
                .includeLoopback(closed)
                .maxContacts(Math.max(LEAST_CONTACTS, contacts));
        stunServers.forEach(builder::stun);
        relays.servers().forEach(builder::turn);
        if (relays.only()) {
            // From the senders, that is: a Mainline node speaks from its own address.
            builder.privacy(PrivacyMode.RELAY_ONLY).allowDhtToSeeMyAddress();
        }
        List<InetAddress> local = new ArrayList<>();
        for (String address : addresses) {
            local.add(InetAddress.getByName(address));
        }
        return builder.localAddresses(local);
    }

    private Set<PeerId> customers() throws IOException {
        Set<PeerId> all = new LinkedHashSet<>();
        allowed.forEach(id -> all.add(PeerId.parse(id)));
        if (senders != null) {
            int number = 0;
            for (String line : Files.readAllLines(senders)) {
                number++;
                String id = line.replaceFirst("#.*", "").strip();
                try {
                    if (!id.isEmpty()) {
                        all.add(PeerId.parse(id));
                    }
                } catch (IllegalArgumentException e) {
                    throw new IOException(senders + ", line " + number + ": " + e.getMessage(), e);
                }
            }
        }
        if (all.isEmpty()) {
            throw new IOException("Nobody is allowed to leave anything; name a sender with --allow or --senders");
        }
        return all;
    }

    private MainlineConfig network() throws UnknownHostException {
        MainlineConfig.Builder builder = MainlineConfig.builder().loopback(closed);
        List<InetSocketAddress> nodes = new ArrayList<>();
        for (String node : bootstrap) {
            int colon = node.lastIndexOf(':');
            if (colon < 1) {
                throw new IllegalArgumentException("--bootstrap takes HOST:PORT, not " + node);
            }
            String host = node.substring(0, colon);
            int number = Integer.parseInt(node.substring(colon + 1));
            nodes.add(
                    closed
                            ? new InetSocketAddress(InetAddress.getByName(host), number)
                            : InetSocketAddress.createUnresolved(host, number));
        }
        if (!nodes.isEmpty()) {
            builder.bootstrapNodes(nodes);
        }
        if (dhtAddress != null) {
            builder.listenInterfaces(List.of(dhtAddress));
        }
        return builder.build();
    }

    /** Wrong usage is told as such. */
    private <T> T checked(Callable<T> reading) {
        try {
            return reading.call();
        } catch (TransportException e) {
            throw e;
        } catch (Exception e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
