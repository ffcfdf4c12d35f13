package dev.culvert.udp;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Takes the datagrams of a channel, on the thread that calls {@link UdpPoller#poll}. */
@FunctionalInterface
public interface UdpReceiver {
    /**
     * Called for each datagram. What it throws is counted by the poller and does not end the poll.
     *
     * @param channel the channel it came in on
     * @param from the sender's address as the packet says, not verified
     * @param payload the whole datagram; valid only during the call
     */
    void onDatagram(UdpChannel channel, InetSocketAddress from, ByteBuffer payload);

    /**
     * Called for each datagram, instead of the other.
     *
     * @param info what else the kernel tells of it; valid only during the call
     */
    default void onDatagram(UdpChannel channel, InetSocketAddress from, ByteBuffer payload, PacketInfo info) {
        onDatagram(channel, from, payload);
    }

    /**
     * A router or a far host has reported something of a datagram that this channel sent. Never called by the pure Java
     * twin, which hears of none.
     */
    default void onIcmpError(UdpChannel channel, IcmpError error) {}
}
