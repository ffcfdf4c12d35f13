package dev.culvert.natlab;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.dht.QueueConfig;
import dev.culvert.dht.mainline.MainlineConfig;
import dev.culvert.dht.mainline.MainlineDht;
import dev.culvert.identity.Identity;
import dev.culvert.peer.ConnectionInfo;
import dev.culvert.peer.ConnectionListener;
import dev.culvert.peer.PeerTransport;
import dev.culvert.peer.PeerTransportBuilder;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.PrivacyMode;
import dev.culvert.transport.SendResult;
import dev.culvert.transport.TransportException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One app with a {@link PeerTransport}, in a JVM on a host of the laboratory: obeys the lines of its input until it ends,
 * answers each with one line, and reports what happens with lines that begin with {@code event}. Times are
 * {@code System.nanoTime} of this machine, the same for all its processes.
 */
final class MessengerProcess {
    /** So that a capture can tell this traffic from a connection's. */
    static final int DHT_PORT = 6881;

    /** A blocked side never joins. */
    private static final Duration JOIN = Duration.ofSeconds(1);

    /** A lookup of nothing lasts so long at most, whatever nodes are silent. */
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final PrintStream out;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private @Nullable PeerTransport transport;
    private @Nullable ScheduledFuture<?> flow;
    private final AtomicInteger flowed = new AtomicInteger();
    private @Nullable LoadSender sender;

    private MessengerProcess(PrintStream out) {
        this.out = out;
    }

    /** Takes no arguments. */
    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(System.out, true, UTF_8);
        MessengerProcess messenger = new MessengerProcess(out);
        out.println("ready");
        messenger.obey(new BufferedReader(new InputStreamReader(System.in, UTF_8)));
        messenger.close();
        System.exit(0); // ice4j has threads that would hold the process for a minute
    }

    private void obey(BufferedReader commands) throws IOException {
        String line = commands.readLine();
        while (line != null) {
            out.println(answer(List.of(line.split(" ", -1))));
            line = commands.readLine();
        }
    }

    private String answer(List<String> words) {
        try {
            return switch (words.get(0)) {
                case "open" -> open(words);
                case "contact" -> contact(words.get(1));
                case "send" -> send(PeerId.parse(words.get(1)), Integer.parseInt(words.get(2)));
                case "flow" -> flow(PeerId.parse(words.get(1)), Long.parseLong(words.get(2)));
                case "stop" -> stop();
                case "expect" -> expect(Load.parse(words.subList(1, 4)));
                case "load" -> load(PeerId.parse(words.get(1)), Load.parse(words.subList(2, 5)));
                case "path" -> path();
                case "counters" -> "counters " + opened().counters().toString().replace(" ", "");
                case "close" -> close();
                default -> throw new IllegalArgumentException("no such command: " + words.get(0));
            };
        } catch (TransportException | IllegalArgumentException | IOException e) {
            return "failed " + String.valueOf(e.getMessage()).replace('\n', ' ');
        }
    }

    private PeerTransport opened() {
        if (transport == null) {
            throw new IllegalArgumentException("nothing is open");
        }
        return transport;
    }

    /** {@code open DIRECTORY DHT_NODES SETTINGS...}: the directory holds identity and queue. */
    private String open(List<String> words) throws IOException {
        close();
        Path directory = Path.of(words.get(1));
        MessengerSettings settings = MessengerSettings.parse(words.subList(3, 3 + MessengerSettings.WORDS));
        Identity identity = Identity.loadOrCreate(directory.resolve("identity"));
        List<InetSocketAddress> nodes = Stream.of(words.get(2).split(",", -1))
                .map(node -> node.split(":", -1))
                .map(node -> new InetSocketAddress(node[0], Integer.parseInt(node[1])))
                .toList();
        PeerTransportBuilder builder = PeerTransport.builder(identity)
                .directory(directory.resolve("queue"))
                .pollInterval(settings.pollInterval())
                .queue(QueueConfig.builder()
                        .pollInterval(Duration.ofMillis(500), Duration.ofSeconds(3))
                        .retry(Duration.ofMillis(500), Duration.ofSeconds(3))
                        .build())
                .privacy(settings.privacy());
        if (settings.privacy() != PrivacyMode.DIRECT) {
            builder.allowDhtToSeeMyAddress();
        }
        if (!settings.connectTimeout().isZero()) {
            builder.connectTimeout(settings.connectTimeout());
        }
        if (!settings.queueAfter().isZero()) {
            builder.queueAfter(settings.queueAfter());
        }
        if (settings.signalServer()) {
            InetSocketAddress server = new InetSocketAddress(nodes.get(0).getAddress(), SignalServer.PORT);
            builder.rendezvous(new ServerRendezvous(identity.peerId(), server));
        }
        Servers servers = settings.servers();
        servers.stun().forEach(builder::stun);
        servers.turn().forEach(uri -> builder.turn(uri, servers.username(), servers.password()));
        MainlineDht dht = MainlineDht.open(MainlineConfig.closed(address() + ":" + DHT_PORT, nodes)
                .getTimeout(LOOK)
                .build());
        // A lookup that begins before its node knows the others can take as long as a silent one is waited for, 15 s.
        var unused = dht.bootstrap()
                .completeOnTimeout(null, JOIN.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        try {
            transport = builder.dht(dht).open();
        } catch (RuntimeException e) {
            dht.close();
            throw e;
        }
        listen(transport);
        return "opened " + identity.peerId();
    }

    /** This host's one address. */
    private static String address() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .map(InetAddress::getHostAddress)
                .findFirst()
                .orElseThrow(() -> new IOException("this host has no address"));
    }

    private void listen(PeerTransport opened) {
        opened.onMessage((from, message) -> event("received " + new String(message.payload(), US_ASCII).strip() + " "
                + message.tier() + " " + System.nanoTime()));
        opened.onConnection(new ConnectionListener() {
            @Override
            public void onConnected(ConnectionInfo connection) {
                event("connected " + connection.tier() + " "
                        + connection.setUp().toNanos() + " " + System.nanoTime());
            }

            @Override
            public void onDisconnected(PeerId peer, String cause) {
                event("disconnected " + cause);
            }
        });
    }

    private void event(String what) {
        out.println("event " + what.replace('\n', ' '));
    }

    private String contact(String peer) {
        opened().addContact(PeerId.parse(peer)).join();
        return "contact";
    }

    private String send(PeerId to, int number) {
        // As long as a short text.
        byte[] payload = String.format("%-100d", number).getBytes(US_ASCII);
        var unused = opened().send(to, payload).whenComplete((result, failure) -> report(number, result, failure));
        return "sent";
    }

    private void report(int number, @Nullable SendResult result, @Nullable Throwable failure) {
        if (result != null) {
            event("result " + number + " " + result.tier() + " "
                    + result.elapsed().toNanos() + " " + System.nanoTime());
        } else {
            event("lost " + number + " " + failure);
        }
    }

    /** Sends numbers from where the last flow ended, one each so many milliseconds. */
    private String flow(PeerId to, long everyMillis) {
        opened();
        flow = clock.scheduleAtFixedRate(
                () -> send(to, flowed.getAndIncrement()), 0, everyMillis, TimeUnit.MILLISECONDS);
        return "flowing";
    }

    private String stop() {
        ScheduledFuture<?> running = flow;
        flow = null;
        if (running != null) {
            running.cancel(false);
            // What was begun comes before this.
            try {
                clock.submit(() -> {}).get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (java.util.concurrent.ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
        return "stopped " + flowed.get();
    }

    /** What comes from now on is to be this load. */
    private String expect(Load load) {
        LoadCheck check = new LoadCheck(load);
        opened().onMessage((from, message) -> {
            OptionalInt number = check.take(message);
            event(
                    number.isPresent()
                            ? "received " + number.getAsInt() + " " + message.tier() + " " + System.nanoTime()
                            : "wrong " + check.problem());
        });
        return "expecting";
    }

    private String load(PeerId to, Load load) {
        PeerTransport by = opened();
        LoadSender started = new LoadSender(load, payload -> by.send(to, payload), this::report);
        sender = started;
        started.start();
        return "loading";
    }

    /** The live connection now: its candidates' types, how long it took to set up, and its tier. */
    private String path() {
        return "path"
                + opened().connections().join().stream()
                        .map(connection -> " " + connection.pair().localType().token() + " "
                                + connection.pair().remoteType().token() + " "
                                + connection.setUp().toNanos() + " " + connection.tier())
                        .findFirst()
                        .orElse("");
    }

    private String close() {
        stop();
        flowed.set(0);
        if (sender != null) {
            sender.close();
            sender = null;
        }
        if (transport != null) {
            transport.close();
            transport = null;
        }
        return "closed";
    }
}
