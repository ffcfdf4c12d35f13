package dev.culvert.ice.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * As much of a STUN message (RFC 8489) as an endpoint needs to know whose it is and whether it is genuine; the rest is
 * ice4j's. Parsing checks every length before it reads. Immutable; the array must not be changed afterwards.
 */
public final class StunMessage {
    /** The class bits of a message type. */
    public enum Kind {
        REQUEST,
        INDICATION,
        SUCCESS,
        ERROR
    }

    /** What a request wants besides an answer. */
    private enum Sender {
        CONTROLLING,
        CONTROLLED,
        /** It is no check, tells no role or both, or has something that must be understood. */
        UNCLEAR
    }

    /** RFC 8489 section 14.3: a USERNAME is shorter than 509 bytes. */
    private static final int MAX_USERNAME = 508;

    private final byte[] bytes;
    private final Kind kind;
    private final @Nullable String username;

    /** Where MESSAGE-INTEGRITY begins, or -1. */
    private final int integrityAt;

    private final @Nullable InetSocketAddress mappedAddress;
    private final Sender sender;
    private final boolean nominating;
    private final int errorCode;

    private StunMessage(
            byte[] bytes,
            Kind kind,
            @Nullable String username,
            int integrityAt,
            @Nullable InetSocketAddress mapped,
            Sender sender,
            boolean nominating,
            int errorCode) {
        this.sender = sender;
        this.nominating = nominating;
        this.errorCode = errorCode;
        this.bytes = bytes;
        this.kind = kind;
        this.username = username;
        this.integrityAt = integrityAt;
        this.mappedAddress = mapped;
    }

    /** Parses what {@link StunClassifier#looksLikeStun} accepted; empty if an attribute is malformed. */
    public static Optional<StunMessage> parse(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (!StunClassifier.looksLikeStun(in)) {
            return Optional.empty();
        }
        String username = null;
        int integrityAt = -1;
        InetSocketAddress mapped = null;
        boolean fromControlling = false;
        boolean fromControlled = false;
        boolean special = !isBinding(bytes);
        boolean priority = false;
        boolean nominating = false;
        int error = 0;
        int at = StunClassifier.HEADER_BYTES;
        // What follows MESSAGE-INTEGRITY is not protected by it, so nothing behind it is read.
        while (at < bytes.length && integrityAt < 0) {
            short type = in.getShort(at);
            int length = Short.toUnsignedInt(in.getShort(at + 2));
            int value = at + StunClassifier.ATTRIBUTE_HEAD;
            int padded = length + 3 & ~3;
            if (padded > bytes.length - value) {
                return Optional.empty();
            }
            switch (type) {
                case StunAttribute.USERNAME -> {
                    if (username != null || length > MAX_USERNAME) {
                        return Optional.empty();
                    }
                    username = new String(bytes, value, length, UTF_8);
                }
                case StunAttribute.MESSAGE_INTEGRITY -> {
                    if (length != MessageIntegrity.LENGTH) {
                        return Optional.empty();
                    }
                    integrityAt = at;
                }
                case StunAttribute.XOR_MAPPED_ADDRESS -> mapped = address(in, value, length, true);
                case StunAttribute.MAPPED_ADDRESS ->
                    mapped = mapped != null ? mapped : address(in, value, length, false);
                case StunAttribute.ICE_CONTROLLING -> fromControlling = length == Long.BYTES;
                case StunAttribute.ICE_CONTROLLED -> fromControlled = length == Long.BYTES;
                case StunAttribute.USE_CANDIDATE -> nominating = true;
                case StunAttribute.PRIORITY -> priority = length == Integer.BYTES;
                case StunAttribute.ERROR_CODE ->
                    error = length < 4 ? 0 : 100 * (in.get(value + 2) & 7) + in.get(value + 3);
                default -> special |= StunAttribute.isRequired(type); // ice4j's to read
            }
            at = value + padded;
        }
        Sender sender = special || !priority || fromControlling == fromControlled
                ? Sender.UNCLEAR
                : fromControlling ? Sender.CONTROLLING : Sender.CONTROLLED;
        return Optional.of(
                new StunMessage(bytes, kindOf(bytes), username, integrityAt, mapped, sender, nominating, error));
    }

    /** Whether {@link #parse} is worth a try. The buffer stays as it is. */
    public static boolean looksLikeOne(ByteBuffer message) {
        return StunClassifier.looksLikeStun(message);
    }

    /** Whether an encoded message is a request. */
    public static boolean isRequest(byte[] message) {
        return kindOf(message) == Kind.REQUEST;
    }

    private static Kind kindOf(byte[] bytes) {
        boolean high = (bytes[0] & 0x01) != 0;
        boolean low = (bytes[1] & 0x10) != 0;
        if (high) {
            return low ? Kind.ERROR : Kind.SUCCESS;
        }
        return low ? Kind.INDICATION : Kind.REQUEST;
    }

    /** Whether the method is Binding: every bit of the type that is not its class. */
    private static boolean isBinding(byte[] bytes) {
        return (bytes[0] & 0x3E) == 0 && (bytes[1] & 0xEF) == 1;
    }

    private static @Nullable InetSocketAddress address(ByteBuffer in, int at, int length, boolean xored) {
        boolean ipv4 = length == 8 && in.get(at + 1) == 1;
        boolean ipv6 = length == 20 && in.get(at + 1) == 2;
        if (!ipv4 && !ipv6) {
            return null;
        }
        int port = Short.toUnsignedInt(in.getShort(at + 2));
        byte[] host = new byte[length - 4];
        in.get(at + 4, host);
        if (xored) {
            port ^= StunClassifier.MAGIC_COOKIE >>> 16;
            for (int i = 0; i < host.length; i++) {
                host[i] ^= in.get(4 + i); // cookie, then transaction id: RFC 8489 section 14.2
            }
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(host), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are always an address", e);
        }
    }

    public Kind kind() {
        return kind;
    }

    /** The raw message; shared, not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * The message as far as MESSAGE-INTEGRITY covers it, itself included: whoever is on the path can add attributes behind
     * it, and RFC 8489 section 14.5 wants those ignored. All of it if there is none.
     */
    public byte[] coveredBytes() {
        int end =
                integrityAt < 0 ? bytes.length : integrityAt + StunClassifier.ATTRIBUTE_HEAD + MessageIntegrity.LENGTH;
        byte[] covered = Arrays.copyOf(bytes, end);
        ByteBuffer.wrap(covered).putShort(2, (short) (end - StunClassifier.HEADER_BYTES));
        return covered;
    }

    public TransactionId transactionId() {
        return TransactionId.of(bytes, 8);
    }

    /** The part of USERNAME before the colon, for a request the ufrag of the side it was sent to; null without one. */
    public @Nullable String receiverUfrag() {
        if (username == null) {
            return null;
        }
        int colon = username.indexOf(':');
        return colon < 1 ? null : username.substring(0, colon);
    }

    /** The part of USERNAME behind the colon, the ufrag of the side that sent a request; null without one. */
    public @Nullable String senderUfrag() {
        if (username == null) {
            return null;
        }
        int colon = username.indexOf(':');
        return colon < 0 ? null : username.substring(colon + 1);
    }

    /**
     * Whether this is a check that only wants to be answered: it nominates nothing, needs nothing else to be understood, and
     * its sender has the role that is not ours.
     */
    public boolean isPlainCheck(boolean controlling) {
        return isCheck(controlling) && !nominating;
    }

    /** Whether this is a check of a sender with the role that is not ours, with nothing in it that we do not know. */
    public boolean isCheck(boolean controlling) {
        return kind == Kind.REQUEST && sender == (controlling ? Sender.CONTROLLED : Sender.CONTROLLING);
    }

    /** Whether its sender wants the pair it came over to be used (RFC 8445 section 7.1.2). */
    public boolean isNominating() {
        return nominating;
    }

    /** Whether this tells that a Binding request succeeded. */
    public boolean isBindingSuccess() {
        return kind == Kind.SUCCESS && isBinding(bytes);
    }

    /** Whether its sender says that it has closed. */
    public boolean isGoodbye() {
        return kind == Kind.INDICATION
                && isBinding(bytes)
                && attribute(StunAttribute.GOODBYE).isPresent();
    }

    /** Why a request was refused (RFC 8489 section 14.8); 0 if the message does not tell. */
    public int errorCode() {
        return errorCode;
    }

    /** The method's number (RFC 8489 section 5): the bits of the type that are not its class. */
    public int method() {
        int type = ByteBuffer.wrap(bytes).getShort(0);
        return (type & 0x000F) | (type & 0x00E0) >> 1 | (type & 0x3E00) >> 2;
    }

    /** The value of the first attribute of a type, as far as {@link #coveredBytes} goes; a view of this message. */
    public Optional<ByteBuffer> attribute(short wanted) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int end = integrityAt < 0 ? bytes.length : integrityAt;
        int at = StunClassifier.HEADER_BYTES;
        while (at < end) {
            int length = Short.toUnsignedInt(in.getShort(at + 2));
            int value = at + StunClassifier.ATTRIBUTE_HEAD;
            if (in.getShort(at) == wanted) {
                return Optional.of(in.slice(value, length));
            }
            at = value + (length + 3 & ~3);
        }
        return Optional.empty();
    }

    /** The address in the first attribute of a type, which hides it (RFC 8489 section 14.2); empty if it is none. */
    public Optional<InetSocketAddress> xorAddress(short wanted) {
        return attribute(wanted).map(value -> address(value, true));
    }

    /** The address in the first attribute of a type, which has it in the open; empty if it is none. */
    public Optional<InetSocketAddress> plainAddress(short wanted) {
        return attribute(wanted).map(value -> address(value, false));
    }

    private @Nullable InetSocketAddress address(ByteBuffer value, boolean xored) {
        int at = value.arrayOffset();
        return address(ByteBuffer.wrap(bytes), at, value.remaining(), xored);
    }

    /** What the sender of this response saw our request come from. */
    public Optional<InetSocketAddress> mappedAddress() {
        return Optional.ofNullable(mappedAddress);
    }

    /** Loads the cryptography now, so that the first message needs not wait for it. */
    public static void load() {
        MessageIntegrity.load();
    }

    /** Whether MESSAGE-INTEGRITY (RFC 8489 section 14.5) is there and made with this key. Constant time in the digest. */
    public boolean isAuthenticWith(byte[] key) {
        if (integrityAt < 0) {
            return false;
        }
        int value = integrityAt + StunClassifier.ATTRIBUTE_HEAD;
        return MessageDigest.isEqual(
                MessageIntegrity.of(bytes, integrityAt, key),
                Arrays.copyOfRange(bytes, value, value + MessageIntegrity.LENGTH));
    }
}
