package dev.culvert.peer;

import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.ReceivedMessage;
import dev.culvert.transport.SendResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * A peer in a JVM of its own that talks to another over connections, and is killed by {@link KilledConnectionsTest} whenever
 * that likes. Sends all the time, and notes each message that is safe and each that its handler was given. Arguments:
 * directory, DHT port, bootstrap port, peer, folder for signals, which life this is, seed.
 */
final class TalkingPeer implements ConnectionListener {
    /** What it has sent and is safe. */
    static final String SENT = "sent";

    /** What its handler was given. */
    static final String HANDED = "handed";

    /** Made when it has a connection. */
    static final String CONNECTED = "connected";

    /** Made once it sends no more and the other one has all it sent. */
    static final String FINISHED = "finished";

    /** More than it can send in one life. */
    private static final int NUMBERS_PER_LIFE = 1_000_000;

    /** Messages whose results it waits for, at most. */
    private static final int WINDOW = 64;

    private static final int LARGEST_BYTES = 100 << 10;

    /** Between two messages, on average: more than the handler takes for one, on average. */
    private static final Duration PACE = Duration.ofMillis(15);

    /** While there is no connection: what a DHT of this machine takes without the machine having time for nothing else. */
    private static final Duration SLOW_PACE = Duration.ofMillis(150);

    /** Well beyond {@link AppDelivery#PATIENCE}. */
    private static final Duration LONGEST_HANDLING = Duration.ofMillis(150);

    private static final int SELDOM = 16;

    private final PeerTransport transport;
    private final PeerId peer;
    private final Path directory;
    private final Random sending;
    private final Random handling;
    private final Semaphore window = new Semaphore(WINDOW);
    private int next;
    private volatile boolean connected;
    private volatile boolean stopped;

    private TalkingPeer(PeerTransport transport, PeerId peer, Path directory, int life, long seed) {
        this.transport = transport;
        this.peer = peer;
        this.directory = directory;
        sending = new Random(seed);
        handling = new Random(~seed);
        next = life * NUMBERS_PER_LIFE;
    }

    /** Runs until it is killed, or its input ends; sends no more from the first byte of that on. */
    public static void main(String[] words) throws IOException {
        Path directory = Path.of(words[0]);
        PeerId peer = PeerId.parse(words[3]);
        PeerTransportBuilder builder = KilledPeer.builder(directory, words[1], words[2]);
        try (PeerTransport transport = builder.rendezvous(new SignalFolder(Path.of(words[4]), builder.self.peerId()))
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .connectTimeout(Duration.ofSeconds(8))
                .queueAfter(Duration.ofMillis(500))
                .open()) {
            TalkingPeer talking =
                    new TalkingPeer(transport, peer, directory, Integer.parseInt(words[5]), Long.parseLong(words[6]));
            transport.onMessage((from, message) -> talking.handle(message));
            transport.onConnection(talking);
            var unused = transport.addContact(peer).join();
            Thread talk = new Thread(talking::talk, "talk");
            talk.setDaemon(true);
            talk.start();
            while (System.in.read() >= 0) {
                talking.stopped = true; // and on until the test ends or is killed itself
            }
        }
    }

    private void talk() {
        while (!stopped) {
            send();
            park(sending, (connected ? PACE : SLOW_PACE).multipliedBy(2));
        }
        finish();
    }

    private void send() {
        window.acquireUninterruptibly();
        int number = next++;
        byte[] payload = payload(number);
        var unused = transport.send(peer, payload).whenComplete((result, failure) -> {
            if (failure != null) {
                failure.printStackTrace();
                Runtime.getRuntime().halt(1); // nothing of this may fail; the test sees that we are gone
            }
            noteSent(number, payload, result);
            window.release();
        });
    }

    /** What is queued would take minutes through the DHT: a message now and then has us connect, and what waits goes along. */
    private void finish() {
        window.acquireUninterruptibly(WINDOW);
        while (transport.queuedFor(peer).join() > 0) {
            window.release(WINDOW);
            send();
            window.acquireUninterruptibly(WINDOW);
            park(sending, SLOW_PACE);
        }
        make(FINISHED);
    }

    private void make(String file) {
        try {
            Files.write(directory.resolve(file), new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void noteSent(int number, byte[] payload, SendResult result) {
        Note.of(number, result.id(), result.tier(), false, payload).appendTo(directory.resolve(SENT));
    }

    /** Most are short, some are large, as long as there is a connection, and some have no room for their number. */
    private byte[] payload(int number) {
        int length = connected && sending.nextInt(SELDOM) == 0 ? LARGEST_BYTES : 2_000;
        byte[] payload = new byte[1 + sending.nextInt(sending.nextInt(SELDOM) == 0 ? Integer.BYTES - 1 : length)];
        sending.nextBytes(payload);
        if (payload.length >= Integer.BYTES) {
            ByteBuffer.wrap(payload).putInt(number);
        }
        return payload;
    }

    /** Often quick, sometimes slow, before it notes the message and after. */
    private void handle(ReceivedMessage message) {
        workSeldom();
        byte[] payload = message.payload();
        int number =
                payload.length < Integer.BYTES ? -1 : ByteBuffer.wrap(payload).getInt();
        MessageId id = message.id();
        Note.of(number, id, message.tier(), message.redelivered(), payload).appendTo(directory.resolve(HANDED));
        workSeldom();
    }

    private void workSeldom() {
        if (handling.nextInt(SELDOM) == 0) {
            park(handling, LONGEST_HANDLING);
        }
    }

    private static void park(Random random, Duration longest) {
        LockSupport.parkNanos((long) (random.nextDouble() * longest.toNanos()));
    }

    @Override
    public void onConnected(ConnectionInfo connection) {
        connected = true;
        make(CONNECTED);
    }

    @Override
    public void onDisconnected(PeerId from, String cause) {
        connected = false;
        System.out.println("disconnected: " + cause); // for whoever looks at the log
    }
}
