package dev.culvert.ice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.culvert.ice.internal.BindingMessages;
import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.StunWriter;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which path is taken when the peer shows up on others. The near side is the controlling one. */
@Timeout(60)
class PathChangeTest {
    private final IceEndpoint near = IceEndpoint.open(LoopbackPair.LOOPBACK);
    private final IceEndpoint far = IceEndpoint.open(LoopbackPair.LOOPBACK);
    private final IceContext context = near.openContext();
    private final IceContext other = far.openContext();
    private final ExecutorService answering = Executors.newSingleThreadExecutor();
    private IceDescription ours;
    private IceDescription theirs;

    @BeforeEach
    void connect() {
        ours = context.gather(LoopbackPair.TIMEOUT);
        theirs = other.gather(LoopbackPair.TIMEOUT);
        var connected = other.connectAsync(ours, Role.CONTROLLED, LoopbackPair.TIMEOUT);
        context.connect(theirs, Role.CONTROLLING, LoopbackPair.TIMEOUT);
        connected.join();
        LoopbackPair.awaitNominated(context, other);
    }

    @AfterEach
    void close() {
        near.close();
        far.close();
        answering.shutdownNow();
    }

    /** Another address of the peer's, which answers our checks. */
    private DatagramSocket address() throws IOException {
        return address(CompletableFuture.completedFuture(null));
    }

    /** One that keeps its answers back until then. */
    private DatagramSocket address(CompletableFuture<Void> then) throws IOException {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(() -> answer(socket, then), "peer-address");
        thread.setDaemon(true);
        thread.start();
        return socket;
    }

    private void answer(DatagramSocket socket, CompletableFuture<Void> then) {
        byte[] buffer = new byte[2_000];
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                StunMessage message = StunMessage.parse(Arrays.copyOf(buffer, packet.getLength()))
                        .orElseThrow();
                InetSocketAddress from = (InetSocketAddress) packet.getSocketAddress();
                if (message.kind() == StunMessage.Kind.REQUEST) {
                    byte[] answer = BindingMessages.answer(
                            message.transactionId(), from, theirs.password().getBytes(UTF_8));
                    var unused = then.thenRunAsync(() -> send(socket, answer, from), answering);
                }
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void send(DatagramSocket socket, byte[] bytes, InetSocketAddress to) {
        try {
            socket.send(new DatagramPacket(bytes, bytes.length, to));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static InetSocketAddress at(DatagramSocket socket) {
        return new InetSocketAddress("127.0.0.1", socket.getLocalPort());
    }

    private void trickle(InetSocketAddress address, int number) {
        context.addRemoteCandidate(new IceCandidate("f" + number, 1_000 + number, address, CandidateType.HOST, null));
    }

    /** RFC 8445 section 7.3.1.5: USE-CANDIDATE means something only to the controlled agent. */
    @Test
    void shouldNotFollowAControlledPeersUseCandidate() throws Exception {
        try (DatagramSocket odd = address()) {
            byte[] check = new StunWriter(StunWriter.BINDING_REQUEST, "use-it-now-1".getBytes(UTF_8))
                    .username(ours.ufrag() + ":" + theirs.ufrag())
                    .attribute(0x0024, new byte[] {0x6e, 0, 1, -1})
                    .attribute(0x8029, new byte[8])
                    .attribute(0x0025, new byte[0])
                    .integrity(ours.password())
                    .fingerprint()
                    .bytes();
            send(odd, check, near.localAddresses().get(0));

            assertFalse(
                    Eventually.within(
                            Duration.ofSeconds(2),
                            () -> context.selectedPair().remoteAddress().equals(at(odd))),
                    "the controlled side has moved the controlling one");
        }
    }

    @Test
    void shouldStayOnTheFirstPathThatAnsweredInDoubt() throws Exception {
        CompletableFuture<Void> later = new CompletableFuture<>();
        try (DatagramSocket quick = address();
                DatagramSocket slow = address(later)) {
            trickle(at(quick), 1);
            trickle(at(slow), 2);
            far.vanish(); // after a goodbye no other path would be looked for
            context.checkPath();

            Eventually.holds(
                    "another path", () -> context.selectedPair().remoteAddress().equals(at(quick)));
            later.complete(null);
            boolean moved = Eventually.within(
                    Duration.ofSeconds(2),
                    () -> context.selectedPair().remoteAddress().equals(at(slow)));
            assertFalse(moved, "left for one that answers later");
            assertEquals(at(quick), context.selectedPair().remoteAddress());
        }
    }

    @Test
    void shouldNotMoveToAPathThatAnotherContextHas() throws Exception {
        try (DatagramSocket odd = address()) {
            IceCandidate candidate = new IceCandidate("odd", 1_000, at(odd), CandidateType.HOST, null);
            IceContext owner = near.openContext();
            owner.gather(LoopbackPair.TIMEOUT);
            SelectedPair owned = owner.connect(
                    new IceDescription("stranger", theirs.password(), List.of(candidate)),
                    Role.CONTROLLING,
                    LoopbackPair.TIMEOUT);

            // As if the path had become the other's after a check of ours over it was answered.
            boolean moved = near.stunThread()
                    .submit(() -> context.path().move(near.sockets().get(0), owned))
                    .get();

            assertFalse(moved, "took another context's path");
            send(odd, "for its owner".getBytes(UTF_8), near.localAddresses().get(0));
            assertEquals("for its owner", LoopbackPair.receiveText(owner, 5_000));
        }
    }

    @Tag("real-time")
    @Test
    void shouldForgetChecksThatNobodyAnswers() throws Exception {
        try (DatagramSocket alive = address();
                DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            // ice4j may repeat a check that was answered just now; nobody would answer that once the far end is closed.
            Eventually.holds("nothing under way", () -> near.contexts().transactionCount() == 0);
            trickle(at(alive), 1);
            trickle(at(silent), 2);
            far.vanish(); // after a goodbye no other path would be looked for
            context.checkPath();
            Eventually.holds(
                    "another path", () -> context.selectedPair().remoteAddress().equals(at(alive)));

            Eventually.holds(
                    () -> near.contexts().transactionCount() + " requests wait for an answer",
                    () -> near.contexts().transactionCount() == 0);
        }
    }
}
