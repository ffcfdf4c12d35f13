package org.ice4j.stack;

import java.io.IOException;
import org.ice4j.TransportAddress;

/** Where a {@link MuxStunStack} sends: the endpoint's shared sockets. Called on threads of ice4j and of Culvert. */
@FunctionalInterface
public interface StunOutput {
    /** Sends one encoded message from a local address; throws if it can not leave. */
    void send(byte[] message, TransportAddress local, TransportAddress remote) throws IOException;
}
