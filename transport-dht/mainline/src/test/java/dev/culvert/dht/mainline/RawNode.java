package dev.culvert.dht.mainline;

import dev.culvert.dht.Slot;
import dev.culvert.dht.WritableSlot;
import dev.culvert.identity.Signatures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Speaks the DHT's protocol packet by packet, so that a test can store what our engine never would. It must not become
 * a neighbour, since it would be a silent one: it marks itself as read-only (BEP 43), and puts in the name of the storing
 * node itself, which a node does not take for another.
 */
final class RawNode implements AutoCloseable {
    private final DatagramSocket socket;
    private final byte[] id = Items.bytes(20);

    RawNode() throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        socket.setSoTimeout(10_000);
    }

    /**
     * Puts an item at one node.
     *
     * @param value in bencoded form
     * @return whether the node took it
     */
    boolean put(InetSocketAddress node, Slot slot, long sequence, byte[] value, byte[] signature) throws IOException {
        byte[] asked =
                ask(node, join("d1:ad2:id20:", id, "6:target20:", target(slot), "e1:q3:get2:roi1e1:t2:gg1:y1:qe"));
        byte[] token = text(asked, "5:token");
        byte[] item =
                join("1:k32:", slot.writer(), "4:salt64:", slot.key(), "3:seqi" + sequence + "e3:sig64:", signature);
        byte[] answer = ask(
                node,
                join(
                        "d1:ad2:id20:",
                        text(asked, "2:id"),
                        item,
                        "5:token" + token.length + ":",
                        token,
                        "1:v",
                        value,
                        "e1:q3:put2:roi1e1:t2:pp1:y1:qe"));
        return indexOf(answer, "1:y1:r") >= 0;
    }

    /** Any bencoded value, signed as BEP 44 says. */
    static byte[] sign(WritableSlot slot, long sequence, byte[] bencoded) {
        return slot.writer().sign(join("4:salt64:", slot.slot().key(), "3:seqi" + sequence + "e1:v", bencoded));
    }

    /** Signature, sequence number and value, as {@link #plant} takes them. */
    static byte[] item(WritableSlot slot, long sequence, byte[] value) {
        byte[] signature = sign(slot, sequence, bencoded(value));
        return ByteBuffer.allocate(signature.length + Long.BYTES + value.length)
                .put(signature)
                .putLong(sequence)
                .put(value)
                .array();
    }

    /** Offers a node what says it is an {@link #item}; missing bytes are zero. */
    void plant(InetSocketAddress node, Slot slot, byte[] item) throws IOException {
        ByteBuffer fields = ByteBuffer.wrap(Arrays.copyOf(item, Math.max(item.length, Signatures.LENGTH + Long.BYTES)));
        byte[] signature = new byte[Signatures.LENGTH];
        long sequence = fields.get(signature).getLong() & Long.MAX_VALUE;
        byte[] value = new byte[fields.remaining()];
        fields.get(value);
        boolean unused = put(node, slot, sequence, bencoded(value), signature);
    }

    private static byte[] bencoded(byte[] value) {
        return join(value.length + ":", value);
    }

    /** The string that follows a name. */
    private static byte[] text(byte[] answer, String name) throws IOException {
        int start = indexOf(answer, name);
        if (start < 0) {
            throw new IOException("No " + name + " in the answer");
        }
        start += name.length();
        int colon = start;
        while (answer[colon] != ':') {
            colon++;
        }
        int length = Integer.parseInt(new String(answer, start, colon - start, StandardCharsets.US_ASCII));
        return Arrays.copyOfRange(answer, colon + 1, colon + 1 + length);
    }

    private byte[] ask(InetSocketAddress node, byte[] packet) throws IOException {
        socket.send(new DatagramPacket(packet, packet.length, node));
        DatagramPacket answer = new DatagramPacket(new byte[2000], 2000);
        socket.receive(answer);
        return Arrays.copyOf(answer.getData(), answer.getLength());
    }

    /** Where BEP 44 says that an item is stored. */
    private static byte[] target(Slot slot) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(slot.writer());
            return sha1.digest(slot.key());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] join(Object... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Object part : parts) {
            out.writeBytes(part instanceof byte[] bytes ? bytes : ((String) part).getBytes(StandardCharsets.US_ASCII));
        }
        return out.toByteArray();
    }

    private static int indexOf(byte[] bytes, String text) {
        return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
    }

    @Override
    public void close() {
        socket.close();
    }
}
