package dev.culvert.peer.internal.session;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicChannel;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the two sides of a session tell each other about it, see {@link Wire}: that they have taken each other's certificate,
 * and how many messages are safe. Event loop only; lives as long as its session.
 */
final class SessionRecords {
    private final OutgoingMessages outgoing;
    private final Runnable ready;
    private final Consumer<String> malformed;
    private @Nullable ControlStream control;
    private boolean up;
    private boolean over;

    /**
     * @param outgoing of which the other side says what is safe
     * @param ready run once the other side is ready, too: the session is up
     * @param malformed told why the other side does not keep to the protocol
     */
    SessionRecords(OutgoingMessages outgoing, Runnable ready, Consumer<String> malformed) {
        this.outgoing = outgoing;
        this.ready = ready;
        this.malformed = malformed;
    }

    /** The handshake is done: the other side's certificate has been taken, and is told so. */
    void open(QuicChannel connection) {
        ControlStream opened = ControlStream.open(connection);
        if (opened == null) {
            malformed.accept("the peer allows no streams");
            return;
        }
        control = opened;
        opened.ready();
    }

    /** Whether both sides have taken each other's certificate. */
    boolean isUp() {
        return up;
    }

    void onRecord(byte type, long value) {
        if (over) {
            return;
        }
        if (!up && type != Wire.READY) {
            malformed.accept("the peer sent a record " + type + " before it was ready");
        } else if (!up && value != Wire.VERSION) {
            malformed.accept("the peer speaks version " + value + " of the session protocol, we speak " + Wire.VERSION);
        } else if (!up) {
            up = true;
            ready.run();
        } else if (type == Wire.SAFE) {
            if (!outgoing.onSafe(value)) {
                malformed.accept("the peer confirmed " + value + " messages, which can not be");
            }
        } else {
            malformed.accept("the peer sent an unknown record " + type);
        }
    }

    /** A record that came in a datagram, to be released here. */
    void onDatagram(ByteBuf datagram) {
        boolean whole = datagram.readableBytes() == Wire.RECORD_LENGTH;
        byte type = whole ? datagram.readByte() : 0;
        long value = whole ? datagram.readLong() : 0;
        datagram.release();
        if (over || !up) {
            return; // it can be quicker than the record that makes us ready, and is said again
        }
        if ((type != Wire.SAFE && type != Wire.ASK) || !outgoing.onSafeDatagram(value)) {
            malformed.accept("the peer sent a malformed datagram");
        } else if (type == Wire.ASK && control != null && !over) {
            control.datagram(Wire.SAFE);
        }
    }

    /** Tells how many messages are safe with us. */
    void tellSafe(long count) {
        if (control != null) {
            control.safe(count);
        }
    }

    /** Makes the other side say something, if it can. */
    void ask() {
        if (control != null) {
            control.datagram(Wire.ASK);
        }
    }

    /** Nothing that still comes counts. */
    void end() {
        over = true;
    }
}
