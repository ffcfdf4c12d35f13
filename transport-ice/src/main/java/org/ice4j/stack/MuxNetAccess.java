package org.ice4j.stack;

import java.io.IOException;
import org.ice4j.TransportAddress;

/** Sends through a {@link StunOutput} instead of through connectors with a socket and a thread each. */
final class MuxNetAccess extends NetAccessManager {
    private final StunOutput output;

    MuxNetAccess(StunStack stack, StunOutput output) {
        super(stack);
        this.output = output;
    }

    @Override
    void sendMessage(byte[] bytes, TransportAddress local, TransportAddress remote) throws IOException {
        output.send(bytes, local, remote);
    }
}
