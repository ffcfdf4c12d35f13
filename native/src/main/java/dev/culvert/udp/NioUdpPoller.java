package dev.culvert.udp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pure-Java poller: one {@link Selector} over non-blocking {@link DatagramChannel}s. */
final class NioUdpPoller implements UdpPoller {
    private static final Logger LOG = LoggerFactory.getLogger(NioUdpPoller.class);

    /** Datagrams taken from one channel before the next gets its turn. */
    private static final int BATCH = 64;

    private static final Duration LONGEST = Duration.ofMillis(Integer.MAX_VALUE);

    private final LogLimit limit = new LogLimit(System::nanoTime);
    private final Selector selector;
    private final LongAdder receiverFailures = new LongAdder();

    /** Polling thread only. Direct, so that the kernel writes into it without a copy on the heap. */
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(65_536);

    private int received; // polling thread only

    private final Object registering = new Object();
    private boolean closed; // guarded by registering

    NioUdpPoller() throws IOException {
        selector = Selector.open();
    }

    @Override
    public UdpChannel bind(InetSocketAddress local, int bufferBytes, UdpReceiver receiver) throws IOException {
        DatagramChannel socket = DatagramChannel.open(
                local.getAddress() instanceof java.net.Inet6Address
                        ? StandardProtocolFamily.INET6
                        : StandardProtocolFamily.INET);
        try {
            if (bufferBytes > 0) {
                socket.setOption(StandardSocketOptions.SO_RCVBUF, bufferBytes);
                socket.setOption(StandardSocketOptions.SO_SNDBUF, bufferBytes);
            }
            // Non-blocking is also what keeps an interrupted sender from closing the channel for everybody.
            socket.configureBlocking(false);
            socket.bind(local);
            NioUdpChannel channel = new NioUdpChannel(socket, selector);
            register(socket, new Reader(channel, receiver));
            selector.wakeup();
            return channel;
        } catch (ClosedSelectorException e) {
            socket.close();
            throw new IOException("Can not bind to " + local + ": it is closed", e);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** The JDK's selector does not bear a socket that is registered while it closes. */
    private void register(DatagramChannel socket, Reader reader) throws IOException {
        synchronized (registering) {
            if (closed) {
                throw new ClosedSelectorException();
            }
            socket.register(selector, SelectionKey.OP_READ, reader);
        }
    }

    private record Reader(NioUdpChannel channel, UdpReceiver receiver) {}

    @Override
    public int poll(Duration timeout) throws IOException {
        received = 0;
        try {
            if (timeout.isZero()) {
                selector.selectNow(this::drain);
            } else if (timeout.isNegative()) {
                selector.select(this::drain);
            } else {
                selector.select(
                        this::drain,
                        timeout.compareTo(LONGEST) > 0 ? LONGEST.toMillis() : Math.max(1, timeout.toMillis()));
            }
        } catch (ClosedSelectorException e) {
            return 0;
        }
        return received;
    }

    private void drain(SelectionKey key) {
        Reader reader = (Reader) key.attachment();
        DatagramChannel socket = reader.channel().socket();
        for (int i = 0; i < BATCH; i++) {
            buffer.clear().order(ByteOrder.BIG_ENDIAN); // an app may have read numbers of the other
            InetSocketAddress from;
            try {
                from = (InetSocketAddress) socket.receive(buffer);
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // An ICMP error that the kernel reports on the socket belongs to one peer, not to the channel.
                logLimited("Receive on " + reader.channel().localAddress() + " failed", e);
                continue;
            }
            if (from == null) {
                return;
            }
            received++;
            buffer.flip();
            try {
                reader.receiver().onDatagram(reader.channel(), from, buffer, PacketInfo.UNKNOWN);
            } catch (Throwable e) { // memory running out for one datagram, or what Kotlin throws, is not the end of the
                // others
                receiverFailures.increment();
                logLimited("A receiver threw", e);
            }
        }
    }

    private void logLimited(String what, Throwable e) {
        if (LOG.isDebugEnabled() && limit.permits()) {
            LOG.debug("{} ({} more before)", what, limit.takeHeld(), e);
        }
    }

    @Override
    public void wakeup() {
        selector.wakeup();
    }

    @Override
    public long receiverFailures() {
        return receiverFailures.sum();
    }

    @Override
    public void close() {
        synchronized (registering) {
            if (closed) {
                return;
            }
            closed = true; // from here on nothing is registered
        }
        try {
            for (SelectionKey key : selector.keys().toArray(SelectionKey[]::new)) {
                key.channel().close();
            }
        } catch (ClosedSelectorException e) {
            LOG.trace("Closed by another thread meanwhile");
        } catch (IOException e) {
            LOG.debug("Closing a channel failed", e);
        }
        try {
            selector.close();
        } catch (IOException e) {
            LOG.debug("Closing the selector failed", e);
        }
    }
}
