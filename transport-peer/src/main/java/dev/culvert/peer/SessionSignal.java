package dev.culvert.peer;

import dev.culvert.ice.IceDescription;
import dev.culvert.identity.EphemeralKey;
import dev.culvert.identity.PairSecret;
import dev.culvert.peer.internal.session.QuicSession;
import dev.culvert.transport.InvalidDescriptionException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What one side publishes for the other to set up a session: an offer, or the answer to one. Travels inside a sealed
 * record. Binary, version 1: version 1 byte, session key 32, id of the offer answered 8 (0 in an offer), description;
 * without one it says that the attempt has been given up, and then names the signal of the other side that it had taken, if any.
 *
 * @param sessionKey the X25519 public key of this side for this session
 * @param answerTo the id of the offer this answers, 0 for an offer
 * @param description the ICE description, opaque here
 */
record SessionSignal(byte[] sessionKey, long answerTo, byte[] description) {
    private static final byte VERSION = 1;
    private static final int KEY_LENGTH = 32;
    private static final int HEAD = 1 + KEY_LENGTH + Long.BYTES;

    /** Names the session: the first 8 bytes of its key, which is fresh and random. */
    long id() {
        return ByteBuffer.wrap(sessionKey).getLong();
    }

    /** Whether both are of the same attempt. */
    boolean isWith(SessionSignal other) {
        return Arrays.equals(sessionKey, other.sessionKey);
    }

    /** Whether the other one is of the same attempt and says something else, as with candidates that were found since. */
    boolean isSucceededBy(SessionSignal other) {
        return answerTo == other.answerTo && isWith(other) && !Arrays.equals(description, other.description);
    }

    /** Whether its description can be read. */
    boolean hasDescription() {
        try {
            IceDescription.fromBytes(description);
            return true;
        } catch (InvalidDescriptionException e) {
            return false;
        }
    }

    boolean isOffer() {
        return answerTo == 0;
    }

    /** Whether its side has let go of the attempt before a connection came of it. */
    boolean isGivenUp() {
        return description.length == 0;
    }

    /**
     * What names the session's first packets: both sides make the same, and only they can, from both session keys and from
     * what the two identities share.
     *
     * @param ours our session key, for which this signal is the other side's
     * @param larger whether our peer id is the larger one
     * @throws dev.culvert.identity.InvalidKeyExchangeException if the signal's key is unusable
     */
    byte[] connectionId(PairSecret pair, EphemeralKey ours, boolean larger) {
        byte[] first = larger ? ours.publicKey() : sessionKey;
        byte[] second = larger ? sessionKey : ours.publicKey();
        return pair.derive("session", QuicSession.FIRST_ID_LENGTH, ours.agree(sessionKey), first, second);
    }

    byte[] toBytes() {
        return ByteBuffer.allocate(HEAD + description.length)
                .put(VERSION)
                .put(sessionKey)
                .putLong(answerTo)
                .put(description)
                .array();
    }

    /**
     * Reads a signal.
     *
     * @throws InvalidDescriptionException if it is truncated or of another version
     */
    static SessionSignal fromBytes(byte[] bytes) {
        if (bytes.length < HEAD || bytes[0] != VERSION) {
            throw new InvalidDescriptionException(
                    "A session signal of version " + VERSION + " has at least " + HEAD + " bytes; got " + bytes.length);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
        byte[] key = new byte[KEY_LENGTH];
        in.get(key);
        long answerTo = in.getLong();
        return new SessionSignal(key, answerTo, Arrays.copyOfRange(bytes, HEAD, bytes.length));
    }
}
