package dev.culvert.natlab;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.peer.Rendezvous;
import dev.culvert.transport.PeerId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One peer's signalling over a {@link SignalServer}, which is asked again and again. Owns one thread. */
final class ServerRendezvous implements Rendezvous {
    private static final Duration EVERY = Duration.ofMillis(200);
    private static final int PATIENCE_MILLIS = 2_000;
    private static final int PUTS = 5;

    private final PeerId self;
    private final InetSocketAddress server;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

    ServerRendezvous(PeerId self, InetSocketAddress server) {
        this.self = self;
        this.server = server;
    }

    @Override
    public CompletableFuture<Void> publish(PeerId to, byte[] signal, Duration ttl) {
        String hex = signal.length == 0 ? SignalServer.NOTHING : HexFormat.of().formatHex(signal);
        return CompletableFuture.runAsync(() -> put("put " + self + " " + to + " " + hex), thread);
    }

    /** Again and again, as an app would: nobody else says it, and on a line with losses one time in thirty fails. */
    private void put(String line) {
        for (int i = 0; i < PUTS && !thread.isShutdown(); i++) {
            if (ask(line).equals(SignalServer.DONE)) {
                return;
            }
        }
        throw new IllegalStateException("The signalling server can not be reached");
    }

    @Override
    public Watch watch(PeerId from, Duration interval, Consumer<byte[]> listener) {
        String[] last = {SignalServer.NOTHING};
        ScheduledFuture<?> polling = thread.scheduleWithFixedDelay(
                () -> {
                    String now = ask("get " + from + " " + self);
                    if (!now.equals(last[0])) {
                        last[0] = now;
                        listener.accept(
                                now.equals(SignalServer.NOTHING)
                                        ? new byte[0]
                                        : HexFormat.of().parseHex(now));
                    }
                },
                0,
                EVERY.toMillis(),
                TimeUnit.MILLISECONDS);
        return () -> polling.cancel(false);
    }

    /** What the server answers; {@link SignalServer#NOTHING} if it can not be reached. */
    private String ask(String line) {
        try (Socket socket = new Socket()) {
            socket.connect(server, PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            new PrintStream(socket.getOutputStream(), true, US_ASCII).println(line);
            String answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII)).readLine();
            return answer == null ? SignalServer.NOTHING : answer;
        } catch (IOException e) {
            return SignalServer.NOTHING; // asked again soon
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
