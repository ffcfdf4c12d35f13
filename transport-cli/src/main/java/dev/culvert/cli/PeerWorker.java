package dev.culvert.cli;

import com.google.gson.JsonObject;
import dev.culvert.peer.ConnectionInfo;
import dev.culvert.peer.ConnectionListener;
import dev.culvert.peer.PeerTransport;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.ReceivedMessage;
import dev.culvert.transport.SendResult;
import dev.culvert.transport.Tier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What a peer of the demonstration does: sends series, files and texts on command, checks what it receives, and reports
 * both. Commands come on one thread, messages on the transport's handler thread.
 */
final class PeerWorker {
    /** File parts on their way at once; bounds the memory a large file takes. */
    private static final int PARTS_IN_FLIGHT = 32;

    private static final int PROGRESS_EVERY = 100;

    private final PeerTransport transport;
    private final Consumer<JsonObject> report;
    private final FileReceiver files;
    private MessageDigest received = Digests.sha3(); // handler thread only
    private int receivedCount; // handler thread only
    private int outOfOrder; // handler thread only

    PeerWorker(PeerTransport transport, Path directory, Consumer<JsonObject> report) {
        this.transport = transport;
        this.report = report;
        this.files = new FileReceiver(directory.resolve("received"));
    }

    void start() {
        transport.onConnection(new ConnectionListener() {
            @Override
            public void onConnected(ConnectionInfo connection) {
                report.accept(Json.of("connected")
                        .with("tier", connection.tier().name())
                        .with("pair", connection.pair().toString())
                        .with("millis", connection.setUp().toMillis())
                        .object());
            }

            @Override
            public void onDisconnected(PeerId peer, String cause) {
                report.accept(Json.of("disconnected").with("cause", cause).object());
            }
        });
        transport.onMessage(this::onMessage);
        report.accept(
                Json.of("ready").with("peer", transport.localPeer().toString()).object());
    }

    /** Carries out one command; long ones go on in the background. */
    void execute(JsonObject command) throws IOException {
        PeerId peer = PeerId.parse(command.get("peer").getAsString());
        switch (Json.type(command)) {
            case "contact" ->
                transport
                        .addContact(peer)
                        .thenRun(() -> report.accept(Json.of("contact-added").object()))
                        .join();
            case "greet" ->
                reportSent("greeted", transport.send(peer, Payload.tagged(Payload.GREETING, new byte[0], 0)), "");
            case "send-text" -> {
                String text = command.get("text").getAsString();
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                reportSent("text-sent", transport.send(peer, Payload.tagged(Payload.TEXT, bytes, bytes.length)), text);
            }
            case "send-series" ->
                sendSeries(
                        peer,
                        command.get("count").getAsInt(),
                        command.get("seed").getAsLong());
            case "send-file" -> sendFile(peer, Path.of(command.get("path").getAsString()));
            case "await-acknowledged" -> awaitAcknowledged(peer);
            default -> throw new IOException("Unknown command " + Json.type(command));
        }
    }

    private void reportSent(String type, CompletableFuture<SendResult> sending, String text) {
        var unused = sending.whenComplete((result, failure) -> {
            Json line = Json.of(type).with("text", text);
            if (failure == null) {
                line.with("tier", result.tier().name())
                        .with("millis", result.elapsed().toMillis());
            } else {
                line.with("failure", String.valueOf(failure.getMessage()));
            }
            report.accept(line.object());
        });
    }

    private void sendSeries(PeerId peer, int count, long seed) {
        Random random = new Random(seed);
        MessageDigest sent = Digests.sha3();
        long start = System.nanoTime();
        Deque<CompletableFuture<SendResult>> pending = new ArrayDeque<>();
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            byte[] payload = Payload.numbered(i, random);
            bytes += payload.length;
            Digests.addMessage(sent, payload);
            pending.add(transport.send(peer, payload));
        }
        Map<Tier, Integer> tiers = new TreeMap<>();
        int done = 0;
        while (!pending.isEmpty()) {
            tiers.merge(pending.remove().join().tier(), 1, Integer::sum);
            if (++done % PROGRESS_EVERY == 0) {
                report.accept(Json.of("progress").with("acknowledged", done).object());
            }
        }
        report.accept(Json.of("series-sent")
                .with("count", done)
                .with("bytes", bytes)
                .with("tiers", tiers.toString())
                .with("millis", (System.nanoTime() - start) / 1_000_000)
                .with("digest", Digests.hex(sent))
                .object());
    }

    private void sendFile(PeerId peer, Path path) throws IOException {
        long start = System.nanoTime();
        long length = Files.size(path);
        Deque<CompletableFuture<SendResult>> inFlight = new ArrayDeque<>();
        try (InputStream in = Files.newInputStream(path)) {
            inFlight.add(transport.send(peer, Payload.fileHead(length)));
            byte[] part = new byte[Payload.PART_BYTES];
            int read = in.readNBytes(part, 0, part.length);
            while (read > 0) {
                if (inFlight.size() >= PARTS_IN_FLIGHT) {
                    inFlight.remove().join();
                }
                inFlight.add(transport.send(peer, Payload.tagged(Payload.FILE_PART, part, read)));
                read = in.readNBytes(part, 0, part.length);
            }
        }
        inFlight.forEach(CompletableFuture::join);
        report.accept(Json.of("file-sent")
                .with("bytes", length)
                .with("millis", (System.nanoTime() - start) / 1_000_000)
                .object());
    }

    /** Reports when the queue holds nothing for the peer any more. */
    private void awaitAcknowledged(PeerId peer) {
        CompletableFuture<Integer> waiting = transport.queuedFor(peer);
        var unused = waiting.thenAccept(count -> {
            if (count == 0) {
                report.accept(Json.of("all-acknowledged").object());
            } else {
                CompletableFuture.delayedExecutor(200, java.util.concurrent.TimeUnit.MILLISECONDS)
                        .execute(() -> awaitAcknowledged(peer));
            }
        });
    }

    private void onMessage(PeerId from, ReceivedMessage message) {
        byte[] payload = message.payload();
        if (payload.length == 0) {
            return;
        }
        switch (payload[0]) {
            case Payload.GREETING ->
                report.accept(
                        Json.of("greeting").with("tier", message.tier().name()).object());
            case Payload.NUMBERED -> onNumbered(payload);
            case Payload.FILE_HEAD -> files.begin(payload).ifPresent(this::reportFile);
            case Payload.FILE_PART -> files.part(payload).ifPresent(this::reportFile);
            case Payload.TEXT ->
                report.accept(Json.of("text")
                        .with("text", new String(payload, 1, payload.length - 1, StandardCharsets.UTF_8))
                        .with("tier", message.tier().name())
                        .object());
            default -> report.accept(Json.of("unknown-payload").object());
        }
    }

    private void reportFile(FileReceiver.Received file) {
        report.accept(Json.of("file-received")
                .with("bytes", file.length())
                .with("digest", file.digest())
                .object());
    }

    private void onNumbered(byte[] payload) {
        int index = java.nio.ByteBuffer.wrap(payload).getInt(1);
        if (index == 0) {
            received = Digests.sha3();
            receivedCount = 0;
            outOfOrder = 0;
        }
        if (index != receivedCount) {
            outOfOrder++;
        }
        receivedCount++;
        Digests.addMessage(received, payload);
        if (receivedCount % PROGRESS_EVERY == 0) {
            report.accept(Json.of("series-received")
                    .with("count", receivedCount)
                    .with("outOfOrder", outOfOrder)
                    .with("digest", digestSoFar())
                    .object());
        }
    }

    private String digestSoFar() {
        try {
            return Digests.hex((MessageDigest) received.clone());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("The JDK's SHA3-512 can be cloned", e);
        }
    }
}
