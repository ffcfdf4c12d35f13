package dev.culvert.cli;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;

/**
 * A STUN server on 127.0.0.1 that sees everybody at one public address (RFC 8489), and answers only once it may. Its
 * thread ends with it.
 */
final class ReflexiveServer implements AutoCloseable {
    /** What it sees: address and port as a candidate line has them. */
    static final String SEEN = "203.0.113.7 40000";

    private static final int SUCCESS = 0x0101;
    private static final int COOKIE = 0x2112A442;
    private static final int XOR_MAPPED_ADDRESS = 0x0020;

    private final CountDownLatch allowed = new CountDownLatch(1);
    private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());

    ReflexiveServer() throws IOException {
        Thread thread = new Thread(this::serve, "culvert-test-stun");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return socket.getLocalPort();
    }

    /** From now on it answers, also what has come before. Idempotent. */
    void answer() {
        allowed.countDown();
    }

    private void serve() {
        try {
            allowed.await();
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[1_500], 1_500);
                socket.receive(packet);
                byte[] answer = answer(packet.getData());
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (IOException | InterruptedException e) {
            // Closed.
        }
    }

    private static byte[] answer(byte[] request) {
        return ByteBuffer.allocate(32)
                .putShort((short) SUCCESS)
                .putShort((short) 12)
                .put(request, 4, 16) // cookie and transaction
                .putShort((short) XOR_MAPPED_ADDRESS)
                .putShort((short) 8)
                .putShort((short) 1) // IPv4
                .putShort((short) (40_000 ^ COOKIE >>> 16))
                .putInt(0xCB007107 ^ COOKIE) // 203.0.113.7
                .array();
    }

    @Override
    public void close() {
        answer();
        socket.close();
    }
}
