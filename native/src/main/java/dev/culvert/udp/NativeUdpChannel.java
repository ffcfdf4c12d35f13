package dev.culvert.udp;

import java.lang.ref.Reference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A socket of the native core. Thread-safe, without a lock: the kernel takes datagrams of several threads at once. */
final class NativeUdpChannel implements UdpChannel {
    private final NativeUdpPoller poller;
    private final long handle;
    private final InetSocketAddress localAddress;
    private final UdpReceiver receiver;
    private volatile long kernelDrops; // written by the polling thread

    NativeUdpChannel(NativeUdpPoller poller, long handle, InetSocketAddress localAddress, UdpReceiver receiver) {
        this.poller = poller;
        this.handle = handle;
        this.localAddress = localAddress;
        this.receiver = receiver;
    }

    long handle() {
        return handle;
    }

    UdpReceiver receiver() {
        return receiver;
    }

    @Override
    public InetSocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public UdpSendStatus send(ByteBuffer payload, InetSocketAddress to) {
        return send(payload, to, null);
    }

    @Override
    public UdpSendStatus send(ByteBuffer payload, InetSocketAddress to, @Nullable InetAddress source) {
        SendArea area = SendAreas.take();
        try {
            if (!area.aim(to, source)) {
                return UdpSendStatus.UNREACHABLE;
            }
            if (!area.add(payload)) {
                return UdpSendStatus.TOO_LARGE;
            }
            UdpSendStatus status = Errno.status(area.sendOne(handle));
            if (status == UdpSendStatus.SENT) {
                payload.position(payload.limit());
            }
            return status;
        } finally {
            SendAreas.give(area);
        }
    }

    @Override
    public int send(List<ByteBuffer> payloads, InetSocketAddress to) {
        SendArea area = SendAreas.take();
        try {
            int sent = 0;
            while (sent < payloads.size() && area.aim(to, null)) {
                int end = sent;
                while (end < payloads.size() && area.add(payloads.get(end))) {
                    end++;
                }
                int left = area.datagrams() == 0 ? 0 : area.sendAll(handle);
                for (int i = 0; i < left; i++) {
                    ByteBuffer payload = payloads.get(sent++);
                    payload.position(payload.limit());
                }
                if (sent < end || left <= 0) {
                    return sent;
                }
            }
            return sent;
        } finally {
            SendAreas.give(area);
        }
    }

    @Override
    public int pathMtu(InetSocketAddress to) {
        DirectMemory memory = new DirectMemory(2 * AddressRecord.BYTES);
        AddressRecord.write(memory.bytes(), 0, localAddress);
        if (!AddressRecord.write(memory.bytes(), AddressRecord.BYTES, to)) {
            return UNKNOWN_MTU;
        }
        try {
            int mtu = CoreCalls.pathMtu(memory.address(), memory.address() + AddressRecord.BYTES);
            return mtu > 0 ? mtu : UNKNOWN_MTU;
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    @Override
    public boolean trafficClass(int value) {
        return CoreCalls.trafficClass(handle, value) == 0;
    }

    @Override
    public long kernelDrops() {
        return kernelDrops;
    }

    void onKernelDrops(long drops) {
        if (drops != kernelDrops) {
            kernelDrops = drops;
        }
    }

    @Override
    public void close() {
        poller.close(this);
    }

    @Override
    public String toString() {
        return "native udp " + localAddress;
    }
}
