package dev.culvert.udp;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * One bound UDP socket. Sending is allowed from any thread and never blocks; receiving is done by the {@link UdpPoller}
 * that made the channel. Lives until it or its poller is closed.
 */
public interface UdpChannel extends AutoCloseable {
    /** The largest UDP payload over IPv4: 65535 less 20 bytes of IP and 8 of UDP header. */
    int MAX_PAYLOAD = 65_507;

    /** The address and port this channel is bound to. */
    InetSocketAddress localAddress();

    /**
     * Sends one datagram. Does not block, and an interrupt of the calling thread does not close the channel.
     *
     * @param payload its remaining bytes are the datagram; consumed when the result is {@link UdpSendStatus#SENT}
     * @param to the destination, of the channel's address family
     */
    UdpSendStatus send(ByteBuffer payload, InetSocketAddress to);

    /** Closes the socket. Idempotent, from any thread; afterwards sends answer {@link UdpSendStatus#CLOSED}. */
    @Override
    void close();
}
