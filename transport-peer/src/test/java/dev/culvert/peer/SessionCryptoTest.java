package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.culvert.identity.EphemeralKey;
import dev.culvert.identity.Identity;
import dev.culvert.identity.InvalidKeyExchangeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SessionCryptoTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Identity ALICE = Identity.generate();
    private static final Identity BOB = Identity.generate();

    private final EphemeralKey aliceKey = EphemeralKey.generate(RANDOM);
    private final EphemeralKey bobKey = EphemeralKey.generate(RANDOM);
    private final SessionCrypto alice = agree(ALICE, BOB, aliceKey, bobKey);
    private final SessionCrypto bob = agree(BOB, ALICE, bobKey, aliceKey);

    private static SessionCrypto agree(Identity self, Identity peer, EphemeralKey ours, EphemeralKey theirs) {
        boolean larger = self.peerId().compareTo(peer.peerId()) > 0;
        return SessionCrypto.agree(self.pairSecret(peer.peerId()), ours, theirs.publicKey(), larger);
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static void assertOpens(SessionCrypto crypto, ByteBuffer datagram, String text) {
        ByteBuffer packet = crypto.open(datagram);
        assertNotNull(packet);
        assertArrayEquals(bytes(text(text)), bytes(packet));
    }

    @Test
    void shouldOpenWhatTheOtherSideSealedBothWays() {
        assertOpens(bob, alice.seal(text("to bob")), "to bob");
        assertOpens(alice, bob.seal(text("to alice")), "to alice");
        assertOpens(bob, alice.seal(text("again")), "again");
    }

    @Test
    void shouldOpenADatagramInsideALargerBuffer() {
        byte[] sealed = bytes(alice.seal(text("offset")));
        ByteBuffer larger = ByteBuffer.allocateDirect(sealed.length + 20);
        larger.position(7).put(sealed).flip().position(7);

        assertOpens(bob, larger, "offset");
    }

    @Test
    void shouldShowNeitherTextNorTheSameBytesTwice() {
        byte[] one = bytes(alice.seal(text("the same text")));
        byte[] two = bytes(alice.seal(text("the same text")));

        assertEquals(SessionCrypto.MARKER, one[0]);
        assertEquals("the same text".length() + SessionCrypto.OVERHEAD, one.length);
        assertFalse(new String(one, StandardCharsets.ISO_8859_1).contains("same"));
        assertFalse(Arrays.equals(Arrays.copyOfRange(one, 9, one.length), Arrays.copyOfRange(two, 9, two.length)));
    }

    @Test
    void shouldRefuseAReplay() {
        ByteBuffer datagram = alice.seal(text("once"));
        ByteBuffer copy = ByteBuffer.wrap(bytes(datagram));

        assertOpens(bob, datagram, "once");
        assertNull(bob.open(copy));
    }

    @Test
    void shouldOpenWhatWasReorderedButOnlyOnce() {
        List<ByteBuffer> datagrams =
                IntStream.range(0, 20).mapToObj(i -> alice.seal(text("m" + i))).toList();
        for (int i = 19; i >= 0; i--) {
            assertOpens(bob, datagrams.get(i).duplicate(), "m" + i);
        }
        datagrams.forEach(datagram -> assertNull(bob.open(datagram)));
    }

    @Test
    void shouldRefuseEveryFlippedBitAndStillTakeTheGenuineOne() {
        byte[] genuine = bytes(alice.seal(text("flip")));
        for (int bit = 0; bit < genuine.length * 8; bit++) {
            byte[] forged = genuine.clone();
            forged[bit / 8] ^= (byte) (1 << bit % 8);
            assertNull(bob.open(ByteBuffer.wrap(forged)), "bit " + bit);
        }
        assertOpens(bob, ByteBuffer.wrap(genuine), "flip");
    }

    @Test
    void shouldRefuseEveryTruncation() {
        byte[] genuine = bytes(alice.seal(text("cut")));
        for (int length = 0; length < genuine.length; length++) {
            assertNull(bob.open(ByteBuffer.wrap(genuine, 0, length)), "length " + length);
        }
        assertOpens(bob, ByteBuffer.wrap(genuine), "cut");
    }

    @Test
    void shouldRefuseItsOwnPacketReflected() {
        assertNull(alice.open(alice.seal(text("mirror"))));
        assertNull(bob.open(bob.seal(text("mirror"))));
    }

    @Test
    void shouldRefuseAnotherSessionOfTheSamePeers() {
        EphemeralKey otherKey = EphemeralKey.generate(RANDOM);
        SessionCrypto later = agree(ALICE, BOB, otherKey, bobKey);

        assertNull(bob.open(later.seal(text("another session"))));
    }

    @Test
    void shouldRefuseAnotherIdentityThatKnowsTheSessionKeys() {
        Identity mallory = Identity.generate();
        SessionCrypto forged = agree(mallory, BOB, aliceKey, bobKey);

        assertNull(bob.open(forged.seal(text("it is me, alice"))));
    }

    @Test
    void shouldRefuseAWeakSessionKey() {
        assertThrows(
                InvalidKeyExchangeException.class,
                () -> SessionCrypto.agree(ALICE.pairSecret(BOB.peerId()), aliceKey, new byte[32], true));
    }
}
