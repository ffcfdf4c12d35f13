package dev.culvert.peer;

import dev.culvert.identity.EphemeralKey;
import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageId;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** Two reliable sessions in virtual time, and a path between them whose datagrams the test may lose, keep or repeat. */
final class SessionPair {
    private static final Identity ONE = Identity.generate();
    private static final Identity TWO = Identity.generate();

    /** One end: a session, what it reported, and what leaves it. */
    final class End implements PeerSession.Listener {
        final List<String> events = new ArrayList<>();
        final List<MessageId> delivered = new ArrayList<>();
        final List<byte[]> messages = new ArrayList<>();
        final List<MessageId> undelivered = new ArrayList<>();
        final List<byte[]> sent = new ArrayList<>();
        /** When the path was called in doubt. */
        final List<Long> doubts = new ArrayList<>();

        final SessionCounters counters = new SessionCounters();
        final SessionCrypto crypto;
        final ReliableSession session;

        /** Which of the datagrams that leave this end are lost, by their number. */
        Predicate<Integer> loses = number -> false;

        Runnable onUp = () -> {};
        Runnable onDelivered = () -> {};
        Runnable onMessage = () -> {};
        CompletionStage<Void> handling = CompletableFuture.completedFuture(null);

        End(SessionCrypto crypto) {
            this.crypto = crypto;
            session = new ReliableSession(
                    loop,
                    loop::nowNanos,
                    crypto,
                    this::leave,
                    () -> doubts.add(loop.nowNanos()),
                    PeerTransport.MAX_MESSAGE_BYTES,
                    counters,
                    this);
        }

        End other() {
            return this == a ? b : a;
        }

        private void leave(ByteBuffer datagram) {
            byte[] copy = new byte[datagram.remaining()];
            datagram.get(copy);
            int number = sent.size();
            sent.add(copy);
            if (!loses.test(number)) {
                loop.schedule(() -> other().session.onDatagram(ByteBuffer.wrap(copy)), DELAY);
            }
        }

        /** A plaintext packet of the other side, whatever is in it. */
        void receive(byte... packet) {
            session.onDatagram(other().crypto.seal(ByteBuffer.wrap(packet)));
        }

        @Override
        public void onUp() {
            events.add("up");
            onUp.run();
        }

        @Override
        public CompletionStage<Void> onMessage(MessageId id, byte[] payload) {
            events.add("message");
            messages.add(payload);
            onMessage.run();
            return handling;
        }

        @Override
        public void onDelivered(MessageId id) {
            events.add("delivered");
            delivered.add(id);
            onDelivered.run();
        }

        @Override
        public void onDown(String cause, List<MessageId> left) {
            events.add("down: " + cause);
            undelivered.addAll(left);
        }

        boolean isUp() {
            return events.contains("up");
        }

        List<String> downs() {
            return events.stream().filter(event -> event.startsWith("down")).toList();
        }
    }

    static final Duration DELAY = Duration.ofMillis(5);

    final VirtualLoop loop = new VirtualLoop();
    final End a;
    final End b;

    SessionPair() {
        SecureRandom random = new SecureRandom();
        EphemeralKey one = EphemeralKey.generate(random);
        EphemeralKey two = EphemeralKey.generate(random);
        boolean larger = ONE.peerId().compareTo(TWO.peerId()) > 0;
        a = new End(SessionCrypto.agree(ONE.pairSecret(TWO.peerId()), one, two.publicKey(), larger));
        b = new End(SessionCrypto.agree(TWO.pairSecret(ONE.peerId()), two, one.publicKey(), !larger));
    }

    /** Both ends started and up, and nothing on its way. */
    static SessionPair up() {
        SessionPair pair = new SessionPair();
        pair.a.session.start();
        pair.b.session.start();
        pair.after(Duration.ofMillis(200));
        if (!pair.a.isUp() || !pair.b.isUp()) {
            throw new AssertionError("not up: " + pair.a.events + pair.b.events);
        }
        return pair;
    }

    void after(Duration time) {
        loop.advance(time);
    }

    static MessageId id(int number) {
        return new MessageId(3, number);
    }
}
