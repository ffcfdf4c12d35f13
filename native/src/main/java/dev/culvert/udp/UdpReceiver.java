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
}
