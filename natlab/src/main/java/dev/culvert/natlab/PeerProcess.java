package dev.culvert.natlab;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.ice.IceConfig;
import dev.culvert.ice.IceContext;
import dev.culvert.ice.IceDescription;
import dev.culvert.ice.IceEndpoint;
import dev.culvert.ice.Role;
import dev.culvert.ice.SelectedPair;
import dev.culvert.ice.SendStatus;
import dev.culvert.ice.StunServer;
import dev.culvert.transport.TransportException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One peer of the laboratory, in a JVM on its host: obeys the lines of its input, one after another, until it ends. */
final class PeerProcess {
    private static final int MAX_WORD = 1_200;

    private final PrintStream out;
    private @Nullable IceEndpoint endpoint;
    private @Nullable IceContext context;

    private PeerProcess(PrintStream out) {
        this.out = out;
    }

    /** Takes no arguments. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        PrintStream out = new PrintStream(System.out, true, UTF_8);
        IceContext.warmUp().join(); // what is measured is the network
        out.println("ready");
        new PeerProcess(out).obey(new BufferedReader(new InputStreamReader(System.in, UTF_8)));
    }

    private void obey(BufferedReader commands) throws IOException, InterruptedException {
        try {
            String line = commands.readLine();
            while (line != null) {
                obey(line.split(" ", -1));
                line = commands.readLine();
            }
        } finally {
            end();
        }
    }

    private void obey(String[] words) throws InterruptedException {
        switch (words[0]) {
            case "gather" -> gather(words[1], Duration.ofMillis(Long.parseLong(words[2])));
            case "connect" -> connect(Role.valueOf(words[1]), Duration.ofMillis(Long.parseLong(words[2])), words[3]);
            case "send" -> {
                SendStatus status = current().send(ByteBuffer.wrap(words[1].getBytes(UTF_8)));
                out.println("sent " + status);
            }
            case "receive" -> receive(Long.parseLong(words[1]));
            default -> throw new IllegalArgumentException("no such command: " + words[0]);
        }
    }

    private IceContext current() {
        if (context == null) {
            throw new IllegalStateException("gather comes first");
        }
        return context;
    }

    private void gather(String stunServer, Duration timeout) {
        end();
        IceEndpoint opened = IceEndpoint.open(IceConfig.builder()
                .stunServers(List.of(StunServer.parse(stunServer)))
                .build());
        endpoint = opened;
        IceContext made = opened.openContext();
        context = made;
        out.println(
                "description " + HexFormat.of().formatHex(made.gather(timeout).toBytes()));
    }

    private void connect(Role role, Duration timeout, String description) {
        IceDescription remote = IceDescription.fromBytes(HexFormat.of().parseHex(description));
        long start = System.nanoTime();
        try {
            SelectedPair pair = current().connect(remote, role, timeout);
            out.println("connected " + pair.localType() + " " + pair.remoteType() + " " + (System.nanoTime() - start));
        } catch (TransportException e) {
            out.println("failed " + e.getMessage());
        }
    }

    private void receive(long timeoutMillis) throws InterruptedException {
        ByteBuffer word = ByteBuffer.allocate(MAX_WORD);
        int length = current().recvTimeout(word, timeoutMillis);
        out.println("received " + (length > 0 ? UTF_8.decode(word.flip()) : "nothing"));
    }

    private void end() {
        if (endpoint != null) {
            endpoint.close();
        }
    }
}
