package dev.culvert.ice.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.zip.CRC32;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Writes STUN messages for tests, right and wrong ones, without ice4j or the code under test. */
public final class StunWriter {
    public static final int BINDING_REQUEST = 0x0001;
    public static final int BINDING_INDICATION = 0x0011;
    public static final int BINDING_SUCCESS = 0x0101;
    public static final int BINDING_ERROR = 0x0111;

    private static final int COOKIE = 0x2112A442;

    private final int type;
    private final byte[] id;
    private final ByteArrayOutputStream attributes = new ByteArrayOutputStream();

    public StunWriter(int type, byte[] transactionId) {
        this.type = type;
        this.id = transactionId.clone();
    }

    /** The transaction id of a message. */
    public static byte[] idOf(byte[] message) {
        byte[] id = new byte[12];
        System.arraycopy(message, 8, id, 0, 12);
        return id;
    }

    public StunWriter attribute(int attributeType, byte[] value) {
        byte[] padded = new byte[value.length + 3 & ~3];
        System.arraycopy(value, 0, padded, 0, value.length);
        attributes.writeBytes(ByteBuffer.allocate(4)
                .putShort((short) attributeType)
                .putShort((short) value.length)
                .array());
        attributes.writeBytes(padded);
        return this;
    }

    public StunWriter username(String username) {
        return attribute(0x0006, username.getBytes(UTF_8));
    }

    /** PRIORITY and ICE-CONTROLLED, without which ice4j takes no check. */
    public StunWriter check() {
        attribute(0x0024, new byte[] {0x6e, 0, 1, -1});
        return attribute(0x8029, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    }

    public StunWriter error(int code) {
        return attribute(0x0009, new byte[] {0, 0, (byte) (code / 100), (byte) (code % 100)});
    }

    public StunWriter mapped(InetSocketAddress address) {
        return attribute(0x0001, addressValue(address, false));
    }

    public StunWriter xorMapped(InetSocketAddress address) {
        return attribute(0x0020, addressValue(address, true));
    }

    private byte[] addressValue(InetSocketAddress address, boolean xored) {
        byte[] host = address.getAddress().getAddress();
        byte[] mask = ByteBuffer.allocate(16).putInt(COOKIE).put(id).array();
        for (int i = 0; xored && i < host.length; i++) {
            host[i] ^= mask[i];
        }
        int port = xored ? address.getPort() ^ COOKIE >>> 16 : address.getPort();
        return ByteBuffer.allocate(4 + host.length)
                .putShort((short) (host.length == 4 ? 1 : 2))
                .putShort((short) port)
                .put(host)
                .array();
    }

    public StunWriter integrity(String password) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(password.getBytes(UTF_8), "HmacSHA1"));
            return attribute(0x0008, mac.doFinal(encode(24)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public StunWriter fingerprint() {
        CRC32 crc = new CRC32();
        crc.update(encode(8));
        int value = (int) crc.getValue() ^ 0x5354554e;
        return attribute(0x8028, ByteBuffer.allocate(4).putInt(value).array());
    }

    public byte[] bytes() {
        return encode(0);
    }

    /** The header's length counts {@code more} bytes that are still to come. */
    private byte[] encode(int more) {
        return ByteBuffer.allocate(20 + attributes.size())
                .putShort((short) type)
                .putShort((short) (attributes.size() + more))
                .putInt(COOKIE)
                .put(id)
                .put(attributes.toByteArray())
                .array();
    }
}
