package dev.culvert.ice;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** A UDP socket on 127.0.0.1 that answers each request as a test wants it to, or not at all. */
final class FakeStunServer implements AutoCloseable {
    /** What to answer; null for nothing. */
    @FunctionalInterface
    interface Answer {
        byte[] to(byte[] request, InetSocketAddress from);
    }

    static final Answer SILENCE = (request, from) -> null;

    private final DatagramSocket socket;
    private final AtomicInteger requests = new AtomicInteger();
    private final Thread thread;

    FakeStunServer(Answer answer) throws IOException {
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        thread = new Thread(() -> serve(answer), "test-stun-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Answer answer) {
        byte[] buffer = new byte[1_500];
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                InetSocketAddress from = (InetSocketAddress) packet.getSocketAddress();
                byte[] reply = answer.to(Arrays.copyOf(buffer, packet.getLength()), from);
                requests.incrementAndGet();
                if (reply != null) {
                    socket.send(new DatagramPacket(reply, reply.length, from));
                }
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    int requests() {
        return requests.get();
    }

    StunServer address() {
        return new StunServer("127.0.0.1", socket.getLocalPort());
    }

    InetSocketAddress socketAddress() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    @Override
    public void close() {
        socket.close();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
