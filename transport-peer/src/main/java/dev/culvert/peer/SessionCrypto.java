package dev.culvert.peer;

import dev.culvert.identity.EphemeralKey;
import dev.culvert.identity.PairSecret;
import dev.culvert.identity.SessionCipher;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Seals and opens a session's datagrams: marker 1 byte, counter 8 bytes, then the packet under ChaCha20-Poly1305 with
 * both as associated data. Keys come from both sides' session keys and from what the two identities share, so only the
 * peer can have made a datagram that opens, and a later theft of identity keys does not open it. One thread.
 */
final class SessionCrypto {
    /** First byte of every datagram: its upper bits can not be STUN's. */
    static final byte MARKER = (byte) 0xC5;

    private static final int HEAD = 1 + Long.BYTES;

    /** Bytes of a datagram beyond its packet. */
    static final int OVERHEAD = HEAD + SessionCipher.TAG_LENGTH;

    private final SessionCipher sealing;
    private final SessionCipher opening;
    private final ReplayWindow replay = new ReplayWindow();
    private long nextCounter;

    private SessionCrypto(SessionCipher sealing, SessionCipher opening) {
        this.sealing = sealing;
        this.opening = opening;
    }

    /**
     * Agrees on the keys; both sides get the same two, crosswise.
     *
     * @param larger whether our peer id is the larger one: that side seals with the first key
     * @throws dev.culvert.identity.InvalidKeyExchangeException if the peer's key is unusable
     */
    static SessionCrypto agree(PairSecret pair, EphemeralKey ours, byte[] theirs, boolean larger) {
        byte[] first = larger ? ours.publicKey() : theirs;
        byte[] second = larger ? theirs : ours.publicKey();
        byte[] keys = pair.derive("session", 2 * SessionCipher.KEY_LENGTH, ours.agree(theirs), first, second);
        SessionCipher one = SessionCipher.of(Arrays.copyOf(keys, SessionCipher.KEY_LENGTH));
        SessionCipher two = SessionCipher.of(Arrays.copyOfRange(keys, SessionCipher.KEY_LENGTH, keys.length));
        Arrays.fill(keys, (byte) 0);
        return larger ? new SessionCrypto(one, two) : new SessionCrypto(two, one);
    }

    ByteBuffer seal(ByteBuffer packet) {
        ByteBuffer datagram = ByteBuffer.allocate(OVERHEAD + packet.remaining());
        datagram.put(MARKER).putLong(nextCounter);
        ByteBuffer head = datagram.duplicate().flip();
        sealing.seal(nextCounter, head, packet, datagram);
        nextCounter++;
        return datagram.flip();
    }

    /** The packet, or null if the datagram is not authentic or was seen before. */
    @Nullable
    ByteBuffer open(ByteBuffer datagram) {
        if (datagram.remaining() <= OVERHEAD || datagram.get(datagram.position()) != MARKER) {
            return null;
        }
        long counter = datagram.getLong(datagram.position() + 1);
        if (!replay.isNew(counter)) {
            return null;
        }
        ByteBuffer head = datagram.slice(datagram.position(), HEAD);
        datagram.position(datagram.position() + HEAD);
        ByteBuffer packet = ByteBuffer.allocate(datagram.remaining() - SessionCipher.TAG_LENGTH);
        if (opening.open(counter, head, datagram, packet) < 0) {
            return null;
        }
        replay.accept(counter);
        return packet.flip();
    }
}
