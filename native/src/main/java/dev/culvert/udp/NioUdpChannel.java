package dev.culvert.udp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A non-blocking {@link DatagramChannel}. Thread-safe: the JDK serialises sends on its own lock. */
final class NioUdpChannel implements UdpChannel {
    private static final Logger LOG = LoggerFactory.getLogger(NioUdpChannel.class);

    /** RFC 791 section 3.1: the length has 16 bits. */
    private static final int MAX_IP_PACKET = 65_535;

    private final LogLimit limit = new LogLimit(System::nanoTime);
    private final DatagramChannel socket;
    private final Selector selector;
    private final InetSocketAddress localAddress;

    NioUdpChannel(DatagramChannel socket, Selector selector) throws IOException {
        this.socket = socket;
        this.selector = selector;
        this.localAddress = (InetSocketAddress) socket.getLocalAddress();
    }

    DatagramChannel socket() {
        return socket;
    }

    @Override
    public InetSocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public UdpSendStatus send(ByteBuffer payload, InetSocketAddress to) {
        if (!socket.isOpen()) {
            return UdpSendStatus.CLOSED;
        }
        if (payload.remaining() > MAX_PAYLOAD) {
            return UdpSendStatus.TOO_LARGE;
        }
        boolean empty = !payload.hasRemaining();
        try {
            int sent = socket.send(payload, to);
            return sent > 0 || empty ? UdpSendStatus.SENT : UdpSendStatus.BUFFER_FULL;
        } catch (ClosedChannelException e) {
            return UdpSendStatus.CLOSED;
        } catch (IOException e) {
            String reason = String.valueOf(e.getMessage());
            if (LOG.isDebugEnabled() && limit.permits()) {
                LOG.debug("Send from {} failed: {} ({} more before)", localAddress, reason, limit.takeHeld());
            }
            return reason.contains("too long") ? UdpSendStatus.TOO_LARGE : UdpSendStatus.UNREACHABLE;
        } catch (UnsupportedAddressTypeException | UnresolvedAddressException e) {
            return UdpSendStatus.UNREACHABLE;
        }
    }

    @Override
    public int pathMtu(InetSocketAddress to) {
        try {
            NetworkInterface link = NetworkInterface.getByInetAddress(localAddress.getAddress());
            boolean known = link != null && link.getMTU() > 0 && !to.isUnresolved();
            return known ? Math.min(link.getMTU(), MAX_IP_PACKET) : UNKNOWN_MTU;
        } catch (SocketException e) {
            return UNKNOWN_MTU;
        }
    }

    @Override
    public boolean trafficClass(int value) {
        try {
            socket.setOption(StandardSocketOptions.IP_TOS, value);
            return true;
        } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
            // A closed channel keeps its descriptor until the selector lets go of the key.
            selector.wakeup();
        } catch (IOException e) {
            LOG.debug("Closing {} failed", localAddress, e);
        }
    }

    @Override
    public String toString() {
        return "udp " + localAddress;
    }
}
