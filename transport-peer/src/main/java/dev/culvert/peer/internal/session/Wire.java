package dev.culvert.peer.internal.session;

/**
 * What Culvert says inside QUIC, version 1. Each side opens unidirectional streams, numbered by QUIC itself from 0 on.
 * Stream 0 is the control stream, of records of 9 bytes; every later one carries one message, in the order of their numbers:
 *
 * <pre>
 * control   type 1 | value 8: READY, the version; SAFE, so many messages are safe with us
 * message   id 16 | length 4 | that many bytes | end of the stream
 * </pre>
 *
 * All numbers are big-endian. Datagrams of the app, {@link #DATA} and then whatever it says, may be lost. A record can come in an unreliable datagram, too: SAFE, and ASK with the same value, which
 * wants SAFE for an answer. No flow control holds a datagram back, as it does a stream while the other side is slow to read:
 * so two sides that are both slow still hear that their messages are safe, and that the other is there.
 */
final class Wire {
    /** The first record: the other side's certificate has been taken. */
    static final byte READY = 1;

    /** The first so many messages need not be sent again. */
    static final byte SAFE = 2;

    /** In datagrams only: as SAFE, and asks for the same. */
    static final byte ASK = 3;

    /** In datagrams only: the rest is the app's. */
    static final byte DATA = 4;

    static final long VERSION = 1;

    static final int RECORD_LENGTH = 1 + Long.BYTES;

    /** Bytes of a message's stream before the message. */
    static final int MESSAGE_HEAD = 16 + Integer.BYTES;

    /** QUIC: the two low bits of a stream's id say who opened it and whether it goes both ways. */
    static long number(long streamId) {
        return streamId >> 2;
    }

    private Wire() {}
}
