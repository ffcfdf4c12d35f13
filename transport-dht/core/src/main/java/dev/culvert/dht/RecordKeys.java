package dev.culvert.dht;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.identity.Fingerprint;
import dev.culvert.identity.Identity;
import dev.culvert.identity.PairSecret;
import dev.culvert.identity.Sha3;
import dev.culvert.transport.PeerId;

/**
 * The places where one pair of peers keeps its records. Both sides compute the same ones from their pair secret, and
 * nobody else can: neither the key nor the writer key of a slot tells who the two are. Immutable, for any thread.
 */
public final class RecordKeys {
    private static final String CANDIDATES = "ice_candidates";
    private static final String OUTBOX = "outbox";
    private static final String ACK = "ack";
    private static final String X_WING = "x_wing";

    /** What is for the other side to read. */
    private static final long ACK_FOR_SENDER = 0;

    /** The same sealed to ourselves: a record sealed to the other side we could not read again. */
    private static final long ACK_FOR_SELF = 1;

    private final PeerId self;
    private final PeerId peer;
    private final PairSecret secret;

    private RecordKeys(PeerId self, PeerId peer, PairSecret secret) {
        this.self = self;
        this.peer = peer;
        this.secret = secret;
    }

    /**
     * The places that {@code self} shares with {@code peer}.
     *
     * @throws dev.culvert.transport.TransportException if the peer's agreement key is not usable
     */
    public static RecordKeys between(Identity self, PeerId peer) {
        return new RecordKeys(self.peerId(), peer, self.pairSecret(peer));
    }

    /** Where a peer's opt-in public record is; only the peer's own signing key may write there. */
    public static Slot publicSlot(PeerId peer) {
        return new Slot(publicKey(peer), peer.signingKey());
    }

    /** Where our opt-in public record is put. */
    public static WritableSlot publicSlot(Identity self) {
        return WritableSlot.of(publicKey(self.peerId()), self.signingKey());
    }

    private static byte[] publicKey(PeerId peer) {
        return Sha3.sha3_512((Fingerprint.of(peer) + ":" + CANDIDATES).getBytes(UTF_8));
    }

    /**
     * Where we put our candidates for the peer.
     *
     * @param day days since 1970 in UTC
     */
    public WritableSlot candidatesToPeer(long day) {
        return slot(CANDIDATES, self, peer, day);
    }

    /**
     * Where the peer puts its candidates for us.
     *
     * @param day days since 1970 in UTC
     */
    public Slot candidatesFromPeer(long day) {
        return slot(CANDIDATES, peer, self, day).slot();
    }

    /** Where we put the queued message with this index. */
    public WritableSlot outboxToPeer(long index) {
        return slot(OUTBOX, self, peer, index);
    }

    /** Where the peer puts the queued message with this index. */
    public Slot outboxFromPeer(long index) {
        return slot(OUTBOX, peer, self, index).slot();
    }

    /** Where we tell the peer how far we have received its messages. */
    public WritableSlot ackToPeer() {
        return slot(ACK, self, peer, ACK_FOR_SENDER);
    }

    /** Where the peer tells us how far it has received our messages. */
    public Slot ackFromPeer() {
        return slot(ACK, peer, self, ACK_FOR_SENDER).slot();
    }

    /** Where we keep for ourselves how far we have received the peer's messages, should our disk be lost. */
    public WritableSlot ackToSelf() {
        return slot(ACK, self, peer, ACK_FOR_SELF);
    }

    /** Where we tell the peer our key for sealing against quantum computers. */
    public WritableSlot sealingKeyToPeer() {
        return slot(X_WING, self, peer, 0);
    }

    /** Where the peer tells us its key for sealing against quantum computers. */
    public Slot sealingKeyFromPeer() {
        return slot(X_WING, peer, self, 0).slot();
    }

    private WritableSlot slot(String label, PeerId from, PeerId to, long n) {
        byte[] key = secret.slotKey(label, from, to, n);
        return WritableSlot.of(key, secret.writer(key));
    }
}
