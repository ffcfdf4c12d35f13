package org.ice4j.stack;

import java.io.IOException;
import java.util.Arrays;
import org.ice4j.ResponseCollector;
import org.ice4j.StunException;
import org.ice4j.StunMessageEvent;
import org.ice4j.TransportAddress;
import org.ice4j.message.Message;
import org.ice4j.message.Request;
import org.ice4j.socket.IceSocketWrapper;
import org.jspecify.annotations.Nullable;

/**
 * One agent's transactions without a socket or thread of its own: messages come in through {@link #receive} and go out
 * through a {@link StunOutput}. Thread-safe as far as its parent is. After {@link #shutDown} it takes and sends nothing.
 */
public final class MuxStunStack extends StunStack {
    /** Two more than ice4j's, so that a check is given up as late as with its longer first wait: after
     * some 6 s. */
    private static final int RETRANSMISSIONS = 8;

    private final MuxNetAccess access;
    private volatile boolean over;

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

    /** Every other {@code sendRequest} ends here. The collector hears one outcome, and of an answer however early. */
    @Override
    public TransactionID sendRequest(
            Request request,
            TransportAddress sendTo,
            TransportAddress sendThrough,
            ResponseCollector collector,
            TransactionID transactionId,
            int originalWaitMillis,
            int maxWaitMillis,
            int maxRetransmissions)
            throws IOException {
        requireAlive();
        return access.hold(() -> super.sendRequest(
                request,
                sendTo,
                sendThrough,
                new SingleOutcome(collector),
                transactionId,
                originalWaitMillis,
                maxWaitMillis,
                maxRetransmissions > 0 ? maxRetransmissions : RETRANSMISSIONS));
    }

    void requireAlive() throws IOException {
        if (over) {
            throw new IOException("The agent has been freed");
        }
    }

    /** The transaction that an encoded request begins. */
    @Nullable
    StunClientTransaction transactionOf(byte[] request) {
        return getClientTransaction(Arrays.copyOfRange(request, 8, 20));
    }

    /**
     * Handles one message whose integrity was verified by the caller: ice4j does not verify responses.
     *
     * @throws StunException if the message can not be decoded
     */
    public void receive(byte[] message, TransportAddress remote, TransportAddress local) throws StunException {
        if (over) {
            return; // a transaction made now would outlive the agent by 16 s
        }
        Message decoded = Message.decode(message, 0, message.length);
        RawMessage raw = RawMessage.build(message, message.length, remote, local);
        handleMessageEvent(new StunMessageEvent(this, raw, decoded));
    }

    @Override
    public void shutDown() {
        over = true;
        super.shutDown();
    }
}
