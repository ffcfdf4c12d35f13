package dev.culvert.ice;

import java.nio.ByteBuffer;

/** Takes a context's datagrams on the endpoint's I/O thread. Must not block: every peer waits meanwhile. */
@FunctionalInterface
public interface DatagramHandler {
    /**
     * Called for each datagram. What it throws is counted as {@link DropCause#HANDLER_FAILED} and ends nothing.
     *
     * @param payload the datagram; valid only during the call
     */
    void onDatagram(ByteBuffer payload);
}
