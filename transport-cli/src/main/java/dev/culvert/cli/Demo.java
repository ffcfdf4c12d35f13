package dev.culvert.cli;

import com.google.gson.JsonObject;
import dev.culvert.dht.mainline.LoopbackSwarm;
import dev.culvert.transport.Tier;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The demonstration, step by step: a swarm of Mainline nodes in this process, two peers in processes of their own. Owns
 * all of them and the directory they work in, and leaves nothing, whichever way it ends: a shutdown hook covers Ctrl-C,
 * and peers whose input ends because this process was killed delete the directory themselves.
 */
final class Demo {
    private static final int SWARM = 8;
    private static final int QUEUED = 3;
    private static final int SIGKILLED = 128 + 9;
    private static final Duration START = Duration.ofSeconds(30);
    private static final Duration STEP = Duration.ofSeconds(40);

    private final Timeline timeline;
    private final Progress progress;
    private final Path file;
    private final int messages;
    private final DemoPeers peers = new DemoPeers(); // this thread and the shutdown hook
    private volatile boolean interrupted;

    Demo(Timeline timeline, Progress progress, Path file, int messages) {
        this.timeline = timeline;
        this.progress = progress;
        this.file = file;
        this.messages = messages;
    }

    /** Runs every step; what goes wrong is a failed check of the timeline. */
    void run() {
        Thread hook = new Thread(this::interrupt, "culvert-demo-clean-up");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) {
            timeline.check("failure", "interrupted", false);
            return;
        }
        try {
            runSteps();
        } catch (DemoFailure | IOException e) {
            progress.wipe();
            // A peer that the hook has killed is no failure of the peer.
            timeline.check("failure", interrupted ? "interrupted" : String.valueOf(e.getMessage()), false);
        } finally {
            peers.close();
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                progress.wipe(); // Ctrl-C: the hook runs and does the same
            }
        }
        checkNothingLeft();
    }

    private void interrupt() {
        interrupted = true;
        peers.close();
        progress.wipe();
    }

    private void runSteps() throws IOException {
        progress.show("starting " + SWARM + " Mainline nodes");
        try (LoopbackSwarm swarm = LoopbackSwarm.start(SWARM);
                peers) {
            timeline.check("swarm", swarm.size() + " Mainline DHT nodes on 127.0.0.1", swarm.size() == SWARM);
            PeerProcess a = start("A", swarm);
            PeerProcess b = start("B", swarm);
            String peerA = ready(a);
            String peerB = ready(b);
            connect(a, peerA, b, peerB);
            exchange(a, peerA, b, peerB);
            sendFile(a, peerB, b);
            int status = b.kill();
            timeline.check("kill", "B killed with SIGKILL (exit status " + status + ")", status == SIGKILLED);
            queueForAbsent(a, peerB);
            PeerProcess again = start("B", swarm);
            String peerAgain = ready(again);
            timeline.check("return", "B started again with the same identity", peerAgain.equals(peerB));
            deliverQueued(a, peerA, again, peerB);
            end(a);
            end(again);
        }
    }

    private PeerProcess start(String name, LoopbackSwarm swarm) throws IOException {
        progress.show("starting peer " + name);
        return peers.start(name, swarm.bootstrapAddresses(), report -> showProgress(name, report));
    }

    private void showProgress(String name, JsonObject report) {
        switch (Json.type(report)) {
            case "progress" ->
                progress.show(
                        name + ": " + report.get("acknowledged").getAsInt() + " of " + messages + " acknowledged");
            case "connected" -> progress.show(name + ": connected");
            default -> progress.show(name + ": " + Json.type(report));
        }
    }

    private String ready(PeerProcess peer) {
        String id = peer.await("ready", START).get("peer").getAsString();
        progress.wipe();
        timeline.happened("start", "peer " + peer.name() + " is " + id.substring(0, 8) + "…, process " + peer.pid());
        return id;
    }

    private void connect(PeerProcess a, String peerA, PeerProcess b, String peerB) throws IOException {
        a.tell(Json.of("contact").with("peer", peerB));
        b.tell(Json.of("contact").with("peer", peerA));
        a.await("contact-added", STEP);
        b.await("contact-added", STEP);
        // Both call at once: each publishes its sealed candidates and looks up the other's.
        a.tell(Json.of("greet").with("peer", peerB));
        b.tell(Json.of("greet").with("peer", peerA));
        for (PeerProcess peer : List.of(a, b)) {
            JsonObject connected = peer.await("connected", STEP);
            JsonObject greeted = peer.await("greeted", STEP);
            peer.await("greeting", STEP);
            progress.wipe();
            String tier = connected.get("tier").getAsString();
            int millis = connected.get("millis").getAsInt();
            timeline.check(
                    "connect",
                    peer.name() + " connected, tier " + tier + ", "
                            + connected.get("pair").getAsString() + ", " + millis + " ms from its first step",
                    tier.equals(Tier.DIRECT.name()) && tier.equals(tierOf(greeted)));
            timeline.figure("connect_ms_" + peer.name(), millis);
        }
    }

    private static String tierOf(JsonObject sent) {
        return sent.has("tier")
                ? sent.get("tier").getAsString()
                : sent.get("failure").getAsString();
    }

    private void exchange(PeerProcess a, String peerA, PeerProcess b, String peerB) throws IOException {
        a.tell(Json.of("send-series")
                .with("peer", peerB)
                .with("count", messages)
                .with("seed", 1));
        b.tell(Json.of("send-series")
                .with("peer", peerA)
                .with("count", messages)
                .with("seed", 2));
        checkSeries(a, b);
        checkSeries(b, a);
    }

    private void checkSeries(PeerProcess from, PeerProcess to) {
        JsonObject sent = from.await("series-sent", STEP);
        JsonObject received = to.await(
                report -> Json.type(report).equals("series-received")
                        && report.get("count").getAsInt() == messages,
                messages + " messages",
                STEP);
        progress.wipe();
        boolean right = sent.get("count").getAsInt() == messages
                && received.get("outOfOrder").getAsInt() == 0
                && received.get("digest")
                        .getAsString()
                        .equals(sent.get("digest").getAsString())
                && sent.get("tiers").getAsString().equals("{DIRECT=" + messages + "}");
        long millis = sent.get("millis").getAsLong();
        timeline.check(
                "messages",
                messages + " messages " + from.name() + " to " + to.name() + ", "
                        + sent.get("bytes").getAsLong() / 1024 + " KiB, "
                        + sent.get("tiers").getAsString()
                        + ", in order, SHA3-512 equal, " + millis + " ms",
                right);
        timeline.figure("messages_ms_" + from.name() + to.name(), millis);
    }

    private void sendFile(PeerProcess a, String peerB, PeerProcess b) throws IOException {
        FileReceiver.Received original = FileReceiver.digest(file);
        a.tell(Json.of("send-file").with("peer", peerB).with("path", file.toString()));
        // No fixed limit: a large file takes as long as it takes, and a dead connection ends the processes' reports.
        JsonObject sent = a.await("file-sent", Duration.ofHours(1));
        JsonObject received = b.await("file-received", STEP);
        progress.wipe();
        timeline.check(
                "file",
                file.getFileName() + ", " + original.length() + " bytes, "
                        + sent.get("millis").getAsLong() + " ms, SHA3-512 "
                        + original.digest().substring(0, 16)
                        + "… at both ends",
                received.get("digest").getAsString().equals(original.digest())
                        && received.get("bytes").getAsLong() == original.length());
    }

    private void queueForAbsent(PeerProcess a, String peerB) throws IOException {
        for (int i = 1; i <= QUEUED; i++) {
            a.tell(Json.of("send-text").with("peer", peerB).with("text", text(i)));
        }
        for (int i = 1; i <= QUEUED; i++) {
            String text = text(i);
            progress.show("waiting until A gives up on B");
            JsonObject sent = a.await(
                    report -> Json.type(report).equals("text-sent")
                            && report.get("text").getAsString().equals(text),
                    "the fate of message " + i,
                    STEP);
            progress.wipe();
            timeline.check(
                    "queue",
                    "message " + i + " to absent B: " + tierOf(sent)
                            + (sent.has("millis")
                                    ? " after " + sent.get("millis").getAsLong() + " ms"
                                    : ""),
                    tierOf(sent).equals(Tier.QUEUED.name()));
        }
    }

    private static String text(int number) {
        return "while you were away, number " + number;
    }

    private void deliverQueued(PeerProcess a, String peerA, PeerProcess b, String peerB) throws IOException {
        long start = System.nanoTime();
        b.tell(Json.of("contact").with("peer", peerA));
        b.await(
                report -> Json.type(report).equals("text") && text(QUEUED).equals(textOf(report)),
                "the last text",
                STEP);
        long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
        // Once B's acknowledgement has reached A nothing is on its way any more that could come twice.
        a.tell(Json.of("await-acknowledged").with("peer", peerB));
        a.await("all-acknowledged", STEP);
        progress.wipe();
        List<String> texts = b.reports("text").stream().map(Demo::textOf).toList();
        List<String> expected = new ArrayList<>();
        for (int i = 1; i <= QUEUED; i++) {
            expected.add(text(i));
        }
        boolean queued = b.reports("text").stream()
                .allMatch(report -> report.get("tier").getAsString().equals(Tier.QUEUED.name()));
        timeline.check(
                "deliver",
                "B got " + texts.size() + " queued messages, each once, in order, " + millis
                        + " ms after it was back; all acknowledged",
                texts.equals(expected) && queued);
        timeline.figure("queued_delivery_ms", millis);
    }

    private static String textOf(JsonObject report) {
        return report.get("text").getAsString();
    }

    private void end(PeerProcess peer) throws IOException {
        progress.show("ending peer " + peer.name());
        int status = peer.quit();
        progress.wipe();
        timeline.check("end", "peer " + peer.name() + " ended, exit status " + status, status == 0);
    }

    private void checkNothingLeft() {
        long alive = peers.alive();
        boolean directory = peers.directoryExists();
        List<String> threads = Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("culvert-") && !name.equals("culvert-demo-clean-up"))
                .toList();
        timeline.check(
                "clean",
                alive + " processes, " + threads.size() + " threads " + threads + " and "
                        + (directory ? "a directory" : "no file") + " left",
                alive == 0 && threads.isEmpty() && !directory);
    }
}
