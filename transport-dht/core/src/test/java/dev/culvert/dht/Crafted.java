package dev.culvert.dht;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.identity.Hpke;
import dev.culvert.identity.HpkeSuite;
import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;

/** Records made by hand, byte by byte, independently of the code under test: also such as it would never make. */
final class Crafted {
    static final int PUBLISHER = 1;
    static final int SEQUENCE = 2;
    static final int EXPIRY = 3;
    static final int PAYLOAD = 4;

    private Crafted() {}

    static byte[] field(int type, byte... value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(type);
        if (value.length > 0x7f) {
            out.write((value.length & 0x7f) | 0x80);
            out.write(value.length >>> 7);
        } else {
            out.write(value.length);
        }
        out.writeBytes(value);
        return out.toByteArray();
    }

    static byte[] number(long value) {
        byte[] bytes = BigInteger.valueOf(value).toByteArray();
        return bytes.length > 1 && bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }

    static byte[] fields(PeerId publisher, long sequence, Instant expiry, byte[] payload) {
        return join(
                field(PUBLISHER, publisher.toBytes()),
                field(SEQUENCE, number(sequence)),
                field(EXPIRY, number(expiry.getEpochSecond())),
                field(PAYLOAD, payload));
    }

    /** Signs the fields as {@code signer}, and seals them as if {@code looksLike} had. */
    static byte[] sealed(Identity signer, PeerId looksLike, PeerId recipient, byte[] key, byte[] fields) {
        byte[] header = {1, HpkeSuite.X25519_CHACHA20POLY1305.id()};
        byte[] message = join("culvert1 sealed record".getBytes(UTF_8), header, key, recipient.toBytes(), fields);
        return seal(looksLike, recipient, key, join(fields, signer.signingKey().sign(message)));
    }

    /** Seals any bytes as if {@code looksLike} had. */
    static byte[] seal(PeerId looksLike, PeerId recipient, byte[] key, byte[] plaintext) {
        byte[] header = {1, HpkeSuite.X25519_CHACHA20POLY1305.id()};
        Hpke.Sealed sealed = Hpke.seal(
                HpkeSuite.X25519_CHACHA20POLY1305,
                recipient,
                join("culvert1".getBytes(UTF_8), looksLike.toBytes(), recipient.toBytes()),
                join(header, key),
                plaintext);
        return join(header, sealed.enc(), sealed.ciphertext());
    }

    /** As {@link #sealed}, to the recipient's X-Wing key. */
    static byte[] sealedXWing(Identity signer, PeerId looksLike, Identity recipient, byte[] key, byte[] fields) {
        byte[] header = {1, 2};
        byte[] message = join(
                "culvert1 sealed record".getBytes(UTF_8),
                header,
                key,
                recipient.peerId().toBytes(),
                fields);
        return sealXWing(
                looksLike, recipient, key, join(fields, signer.signingKey().sign(message)));
    }

    /** As {@link #seal}, to the recipient's X-Wing key. */
    static byte[] sealXWing(PeerId looksLike, Identity recipient, byte[] key, byte[] plaintext) {
        byte[] header = {1, 2};
        Hpke.Sealed sealed = Hpke.seal(
                recipient.sealingKey(),
                join(
                        "culvert1".getBytes(UTF_8),
                        looksLike.toBytes(),
                        recipient.peerId().toBytes()),
                join(header, key),
                plaintext);
        return join(header, sealed.enc(), sealed.ciphertext());
    }

    static byte[] publicRecord(Identity signer, byte[] key, byte[] fields) {
        byte[] header = {1, 0};
        byte[] message = join("culvert1 public record".getBytes(UTF_8), header, key, fields);
        return join(header, fields, signer.signingKey().sign(message));
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
