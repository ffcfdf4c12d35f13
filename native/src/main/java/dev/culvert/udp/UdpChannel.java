package dev.culvert.udp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One bound UDP socket. Sending is allowed from any thread and never blocks; receiving is done by the {@link UdpPoller}
 * that made the channel. Lives until it or its poller is closed.
 */
public interface UdpChannel extends AutoCloseable {
    /** The largest UDP payload over IPv4: 65535 less 20 bytes of IP and 8 of UDP header. */
    int MAX_PAYLOAD = 65_507;

    /** What {@link #pathMtu} answers when nothing is known: every link of IPv6 carries as much (RFC 8200 section 5). */
    int UNKNOWN_MTU = 1_280;

    /** The address and port this channel is bound to. */
    InetSocketAddress localAddress();

    /**
     * Sends one datagram. Does not block, and an interrupt of the calling thread does not close the channel.
     *
     * @param payload its remaining bytes are the datagram; consumed when the result is {@link UdpSendStatus#SENT}
     * @param to the destination, of the channel's address family
     */
    UdpSendStatus send(ByteBuffer payload, InetSocketAddress to);

    /**
     * Sends one datagram from a certain address of this host; for a socket that is bound to all of them, which answers from
     * where it was asked.
     *
     * @param source one of this host's addresses; null lets the kernel choose. The pure Java twin can not choose
     */
    default UdpSendStatus send(ByteBuffer payload, InetSocketAddress to, @Nullable InetAddress source) {
        return send(payload, to);
    }

    /**
     * Sends several datagrams to one destination, in this order. Those of one length that follow each other, the last of
     * which may be shorter, cost the native core little more than one: the kernel, or the device, cuts them.
     *
     * @param payloads the remaining bytes of each are a datagram; those that were sent are consumed. No buffer may be in
     *     it twice
     * @return how many were sent, from the first on. The others are as before, and what keeps the first of them from being
     *     sent {@link #send(ByteBuffer, InetSocketAddress)} tells
     */
    default int send(List<ByteBuffer> payloads, InetSocketAddress to) {
        int sent = 0;
        while (sent < payloads.size() && send(payloads.get(sent), to) == UdpSendStatus.SENT) {
            sent++;
        }
        return sent;
    }

    /**
     * The largest IP packet, headers included, that gets to a destination in one piece as far as this host knows: of the
     * native core what routers have reported lately or the link takes, of the twin what the link takes. Opens a socket for
     * the question, so it is not for each datagram; sends nothing.
     *
     * @return in bytes; {@link #UNKNOWN_MTU} if nothing is known
     */
    default int pathMtu(InetSocketAddress to) {
        return UNKNOWN_MTU;
    }

    /**
     * Sets DSCP and ECN of what is sent from now on.
     *
     * @param value 0 to 255, the former TOS byte
     * @return whether it is in effect; not every system and channel can
     */
    default boolean trafficClass(int value) {
        return false;
    }

    /** How many datagrams the kernel has dropped for want of room in its buffer, as far as it has told; 0 if it does not. */
    default long kernelDrops() {
        return 0;
    }

    /**
     * Closes the socket. Idempotent, from any thread; afterwards sends answer {@link UdpSendStatus#CLOSED}, and a receiver
     * that closes its own channel is called no more.
     */
    @Override
    void close();
}
