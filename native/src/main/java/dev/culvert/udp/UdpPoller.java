package dev.culvert.udp;

import dev.culvert.transport.TransportException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Receives for any number of channels with one thread: the caller's, inside {@link #poll}. Owns its channels and closes
 * them with itself. All methods but {@code poll} may be called from any thread.
 */
public interface UdpPoller extends AutoCloseable {
    /**
     * Opens a poller with no channels: of the native core where that {@linkplain NativeCore is available}, else of pure Java.
     *
     * @throws TransportException if the process can open no more descriptors
     */
    static UdpPoller open() {
        try {
            return NativeCore.isAvailable() ? new NativeUdpPoller() : new NioUdpPoller();
        } catch (IOException e) {
            throw new TransportException("Can not wait for sockets (raise the limit of open files?): " + e, e);
        }
    }

    /**
     * Opens a socket.
     *
     * @param local where to bind; port 0 lets the kernel choose
     * @param bufferBytes wanted size of each kernel buffer, receive and send; 0 leaves the kernel's default
     * @throws IOException if the address is not local or the port is taken
     */
    UdpChannel bind(InetSocketAddress local, int bufferBytes, UdpReceiver receiver) throws IOException;

    /**
     * Waits for datagrams and hands them to their receivers. One thread at a time.
     *
     * @param timeout longest wait; zero returns at once, a negative one waits for ever and is the cheapest: the kernel
     *     then sets no timer, which at full load costs a fourteenth of the throughput
     * @return the number of datagrams received, 0 after a time-out, a {@link #wakeup} or a close
     */
    int poll(Duration timeout) throws IOException;

    /** Makes a running or the next {@link #poll} return at once. */
    void wakeup();

    /** How many calls of receivers ended in an exception. */
    long receiverFailures();

    /** Closes every channel and wakes the polling thread. Idempotent. */
    @Override
    void close();
}
