package org.ice4j.stack;

import org.ice4j.StunException;
import org.ice4j.StunMessageEvent;
import org.ice4j.TransportAddress;
import org.ice4j.message.Message;
import org.ice4j.socket.IceSocketWrapper;

/**
 * One agent's transactions without a socket or thread of its own: messages come in through {@link #receive} and go out
 * through a {@link StunOutput}. Thread-safe as far as its parent is.
 */
public final class MuxStunStack extends StunStack {
    private final NetAccessManager access;

    public MuxStunStack(StunOutput output) {
        access = new MuxNetAccess(this, output);
    }

    @Override
    NetAccessManager getNetAccessManager() {
        return access;
    }

    /** Does nothing: the endpoint's sockets serve every stack. */
    @Override
    public void addSocket(IceSocketWrapper socket) {}

    /** Does nothing: the endpoint's sockets serve every stack. */
    @Override
    public void addSocket(IceSocketWrapper socket, TransportAddress remote) {}

    /**
     * Handles one message whose integrity was verified by the caller: ice4j does not verify responses.
     *
     * @throws StunException if the message can not be decoded
     */
    public void receive(byte[] message, TransportAddress remote, TransportAddress local) throws StunException {
        Message decoded = Message.decode(message, 0, message.length);
        RawMessage raw = RawMessage.build(message, message.length, remote, local);
        handleMessageEvent(new StunMessageEvent(this, raw, decoded));
    }
}
