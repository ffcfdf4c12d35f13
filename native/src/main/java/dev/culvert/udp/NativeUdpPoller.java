package dev.culvert.udp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The poller of the native core: takes several messages with one call, each of which may hold many datagrams of one sender,
 * and what routers report. Handles, not descriptors, are what it knows its sockets by, so a closed one is never taken for
 * another.
 */
final class NativeUdpPoller implements UdpPoller {
    private static final Logger LOG = LoggerFactory.getLogger(NativeUdpPoller.class);

    private static final int EVENT_BYTES = 16;
    private static final int MAX_EVENTS = 64;

    /** Each has room for a full run of segments, so few are enough. */
    private static final int MESSAGES = 4;

    private static final int ROOM_BYTES = 65_536;

    /** Datagrams of one channel, after which the next gets its turn: a few messages, if they hold many each. */
    private static final int TURN = 256;

    private static final int MAX_ICMP = 16;

    private static final Duration LONGEST = Duration.ofMillis(Integer.MAX_VALUE);

    private final LogLimit limit = new LogLimit(System::nanoTime);
    private final LongAdder receiverFailures = new LongAdder();
    private final ChannelTable channels = new ChannelTable();
    private final long handle;
    private volatile boolean closed;

    // Polling thread only.
    private final DirectMemory events = new DirectMemory(MAX_EVENTS * EVENT_BYTES);
    private final DirectMemory records = new DirectMemory(MESSAGES * DatagramRecord.BYTES);
    private final DirectMemory icmp = new DirectMemory(MAX_ICMP * IcmpRecord.BYTES);
    private final DirectMemory data = new DirectMemory(MESSAGES * ROOM_BYTES);
    private final SegmentViews[] views = new SegmentViews[MESSAGES];
    private final DatagramRecord record = new DatagramRecord(records.bytes());
    private final AddressCache addresses = new AddressCache();

    NativeUdpPoller() throws IOException {
        for (int i = 0; i < MESSAGES; i++) {
            views[i] = new SegmentViews(data.bytes().slice(i * ROOM_BYTES, ROOM_BYTES));
        }
        handle = CoreCalls.openPoller();
        if (handle < 0) {
            throw Errno.exception("Can not open a poller", handle);
        }
    }

    @Override
    public UdpChannel bind(InetSocketAddress local, int bufferBytes, UdpReceiver receiver) throws IOException {
        return bind(local, bufferBytes, true, receiver);
    }

    /** @param offload whether datagrams may be put together for the kernel and by it */
    NativeUdpChannel bind(InetSocketAddress local, int bufferBytes, boolean offload, UdpReceiver receiver)
            throws IOException {
        DirectMemory memory = new DirectMemory(AddressRecord.BYTES);
        if (!AddressRecord.write(memory.bytes(), 0, local)) {
            throw new IOException("Can not bind to " + local + ": it has no address");
        }
        long opened = CoreCalls.openSocket(handle, memory.address(), bufferBytes, offload ? 1 : 0);
        if (opened < 0) {
            throw Errno.exception("Can not bind to " + local, opened);
        }
        InetSocketAddress bound = AddressRecord.read(memory.bytes(), 0);
        NativeUdpChannel channel = new NativeUdpChannel(this, opened, bound == null ? local : bound, receiver);
        channels.put(channel);
        if (closed) {
            close(channel); // close may have missed the one just put
            throw Errno.exception("Can not bind to " + local, Errno.BADF);
        }
        return channel;
    }

    void close(NativeUdpChannel channel) {
        if (channels.remove(channel)) {
            CoreCalls.close(channel.handle());
        }
    }

    @Override
    public int poll(Duration timeout) throws IOException {
        int count = CoreCalls.await(handle, millis(timeout), events.address(), MAX_EVENTS);
        if (count == Errno.BADF) {
            return 0; // closed
        }
        if (count < 0) {
            throw Errno.exception("Waiting for datagrams failed", count);
        }
        int received = 0;
        for (int i = 0; i < count; i++) {
            int what = events.bytes().getInt(i * EVENT_BYTES + Long.BYTES);
            NativeUdpChannel channel = channels.get(events.bytes().getLong(i * EVENT_BYTES));
            if (channel == null) {
                continue; // closed meanwhile, or not known yet: then it is reported again
            }
            if ((what & CoreCalls.ERRORS) != 0) {
                takeErrors(channel);
            }
            if ((what & CoreCalls.READABLE) != 0) {
                received += receive(channel);
            }
        }
        return received;
    }

    private static int millis(Duration timeout) {
        if (timeout.isNegative()) {
            return -1;
        }
        if (timeout.compareTo(LONGEST) > 0) {
            return Integer.MAX_VALUE;
        }
        return timeout.isZero() ? 0 : (int) Math.max(1, timeout.toMillis());
    }

    private int receive(NativeUdpChannel channel) {
        int received = 0;
        while (received < TURN) {
            int messages = CoreCalls.receive(channel.handle(), data.address(), ROOM_BYTES, MESSAGES, records.address());
            for (int i = 0; i < messages; i++) {
                record.moveTo(i);
                received += deliver(channel, views[i]);
            }
            if (messages < MESSAGES) {
                break;
            }
        }
        return received;
    }

    /** Hands over all datagrams of one message; returns how many. */
    private int deliver(NativeUdpChannel channel, SegmentViews message) {
        channel.onKernelDrops(record.kernelDrops());
        InetSocketAddress from = addresses.get(records.bytes(), record.from());
        if (from == null || record.isTruncated()) {
            return 0; // neither can be, with room for the largest
        }
        int length = record.length();
        int segment = record.segment();
        if (segment == 0 || segment >= length) {
            deliver(channel, from, message.whole(length));
            return 1;
        }
        int count = 0;
        for (int at = 0; at < length; at += segment) {
            deliver(channel, from, message.segment(count++, segment, Math.min(segment, length - at)));
        }
        return count;
    }

    private void deliver(NativeUdpChannel channel, InetSocketAddress from, ByteBuffer payload) {
        if (!channels.holds(channel)) {
            return; // its receiver has closed it, at one before
        }
        try {
            channel.receiver().onDatagram(channel, from, payload, record);
        } catch (
                Throwable
                        e) { // memory running out for one datagram, or what Kotlin throws, is not the end of the others
            onFailure(e);
        }
    }

    private void takeErrors(NativeUdpChannel channel) {
        int count = CoreCalls.errors(channel.handle(), icmp.address(), MAX_ICMP);
        for (int i = 0; i < count && channels.holds(channel); i++) {
            try {
                IcmpRecord.read(icmp.bytes(), i * IcmpRecord.BYTES)
                        .ifPresent(error -> channel.receiver().onIcmpError(channel, error));
            } catch (Throwable e) {
                onFailure(e);
            }
        }
    }

    private void onFailure(Throwable e) {
        receiverFailures.increment();
        if (LOG.isDebugEnabled() && limit.permits()) {
            LOG.debug("A receiver threw ({} more before)", limit.takeHeld(), e);
        }
    }

    @Override
    public void wakeup() {
        CoreCalls.wake(handle);
    }

    @Override
    public long receiverFailures() {
        return receiverFailures.sum();
    }

    @Override
    public void close() {
        closed = true;
        channels.all().forEach(this::close);
        CoreCalls.close(handle);
    }
}
