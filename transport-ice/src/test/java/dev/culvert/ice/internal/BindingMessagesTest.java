package dev.culvert.ice.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.internal.BindingMessages.Credentials;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.ice4j.attribute.Attribute;
import org.ice4j.attribute.IceControllingAttribute;
import org.ice4j.attribute.PriorityAttribute;
import org.ice4j.attribute.XorMappedAddressAttribute;
import org.ice4j.message.Message;
import org.junit.jupiter.api.Test;

class BindingMessagesTest {
    private static final TransactionId ID = new TransactionId(0x01020304, 0x05060708090a0b0cL);
    private static final byte[] KEY = Rfc5769.PASSWORD.getBytes(UTF_8);

    @Test
    void shouldAskAStunServerWithABareHeader() {
        ByteBuffer request = BindingMessages.probe(ID);

        byte[] id = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
        assertEquals(ByteBuffer.wrap(new StunWriter(StunWriter.BINDING_REQUEST, id).bytes()), request);
    }

    /** Whatever the length of the ufrags, of which the attribute is padded to a multiple of four. */
    @Property
    void shouldMakeChecksThatOurOwnReaderTakes(
            @ForAll @AlphaChars @StringLength(min = 4, max = 256) String remote,
            @ForAll @AlphaChars @StringLength(min = 4, max = 251) String local,
            @ForAll boolean controlling,
            @ForAll long tieBreaker) {
        Credentials credentials = new Credentials(remote + ":" + local, controlling, tieBreaker, KEY);

        byte[] bytes = BindingMessages.check(ID, credentials);

        StunMessage message = StunMessage.parse(bytes).orElseThrow();
        assertEquals(StunMessage.Kind.REQUEST, message.kind());
        assertEquals(ID, message.transactionId());
        assertEquals(remote, message.receiverUfrag());
        assertTrue(message.isAuthenticWith(KEY));
        assertFalse(message.isAuthenticWith(new byte[] {1}));
        assertTrue(new StunClassifier().hasFingerprint(ByteBuffer.wrap(bytes)));
    }

    @Test
    void shouldSayWhatIce4jReads() throws Exception {
        byte[] bytes = BindingMessages.check(ID, new Credentials("far:near", true, 0x1122334455667788L, KEY));

        Message message = Message.decode(bytes, 0, bytes.length);
        assertEquals(
                110 << 24 | 0xFFFF << 8 | 0xFF,
                ((PriorityAttribute) message.getAttribute(Attribute.PRIORITY)).getPriority());
        assertEquals(
                0x1122334455667788L,
                ((IceControllingAttribute) message.getAttribute(Attribute.ICE_CONTROLLING)).getTieBreaker());
        assertFalse(message.containsAttribute(Attribute.ICE_CONTROLLED));
        assertFalse(message.containsAttribute(Attribute.USE_CANDIDATE));

        byte[] other = BindingMessages.check(ID, new Credentials("far:near", false, 1, KEY));
        assertTrue(Message.decode(other, 0, other.length).containsAttribute(Attribute.ICE_CONTROLLED));
    }

    @Property
    void shouldAnswerWithTheAddressThatTheCheckCameFrom(
            @ForAll @Size(4) byte[] ipv4,
            @ForAll @Size(16) byte[] ipv6,
            @ForAll @IntRange(min = 1, max = 65_535) int port)
            throws Exception {
        for (byte[] host : List.of(ipv4, ipv6)) {
            InetSocketAddress from = new InetSocketAddress(InetAddress.getByAddress(host), port);

            byte[] bytes = BindingMessages.answer(ID, from, KEY);

            StunMessage message = StunMessage.parse(bytes).orElseThrow();
            assertEquals(StunMessage.Kind.SUCCESS, message.kind());
            assertEquals(ID, message.transactionId());
            assertEquals(from, message.mappedAddress().orElseThrow());
            assertTrue(message.isAuthenticWith(KEY));
            assertTrue(new StunClassifier().hasFingerprint(ByteBuffer.wrap(bytes)));
        }
    }

    /** RFC 5769 sections 2.2 and 2.3, but for the SOFTWARE attribute that those have: ours, read by ice4j. */
    @Test
    void shouldAnswerWhatIce4jReads() throws Exception {
        for (String host : List.of("192.0.2.1", "2001:db8:1234:5678:11:2233:4455:6677")) {
            InetSocketAddress from = new InetSocketAddress(host, 32_853);

            byte[] bytes = BindingMessages.answer(ID, from, KEY);

            Message message = Message.decode(bytes, 0, bytes.length);
            XorMappedAddressAttribute mapped =
                    (XorMappedAddressAttribute) message.getAttribute(Attribute.XOR_MAPPED_ADDRESS);
            assertEquals(
                    from.getAddress(),
                    mapped.getAddress(message.getTransactionID()).getAddress());
            assertEquals(
                    from.getPort(),
                    mapped.getAddress(message.getTransactionID()).getPort());
        }
    }
}
