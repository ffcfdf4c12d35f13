package dev.culvert.ice;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A TCP port of 127.0.0.1 that leads to another one: it takes every connection, but lets nothing through before it is
 * told to, as a line on which the first packets get lost.
 */
public final class HeldForwarder implements AutoCloseable {
    private final ServerSocket server;
    private final InetSocketAddress target;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch connected = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final CountDownLatch left = new CountDownLatch(1);
    private final List<Socket> sockets = new ArrayList<>();

    private HeldForwarder(ServerSocket server, InetSocketAddress target) {
        this.server = server;
        this.target = target;
    }

    /** At a port that the system chooses. */
    public static HeldForwarder to(int targetPort) throws IOException {
        return at(0, targetPort);
    }

    static HeldForwarder at(int port, int targetPort) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(loopback, port));
        HeldForwarder made = new HeldForwarder(server, new InetSocketAddress(loopback, targetPort));
        made.threads.execute(made::accept);
        return made;
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Waits for the first connection. */
    public void awaitConnection() throws InterruptedException {
        if (!connected.await(20, TimeUnit.SECONDS)) {
            throw new AssertionError("nobody has connected");
        }
    }

    /** Waits for a client to close its connection. */
    void awaitEnd() throws InterruptedException {
        if (!left.await(20, TimeUnit.SECONDS)) {
            throw new AssertionError("nobody has closed a connection");
        }
    }

    /** Lets through what was sent so far, and everything else. */
    public void release() {
        released.countDown();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = keep(server.accept());
                connected.countDown();
                threads.execute(() -> forward(client));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void forward(Socket client) {
        try {
            InputStream in = client.getInputStream();
            byte[] first = in.readNBytes(1); // also notices who leaves while nothing is let through
            if (first.length == 0) {
                left.countDown();
                return;
            }
            released.await();
            Socket there = keep(new Socket(target.getAddress(), target.getPort()));
            threads.execute(() -> pump(there, client));
            there.getOutputStream().write(first);
            pump(client, there);
            left.countDown();
        } catch (IOException e) {
            left.countDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pump(Socket from, Socket to) {
        try {
            OutputStream out = to.getOutputStream();
            from.getInputStream().transferTo(out);
            to.shutdownOutput();
        } catch (IOException e) {
            // One of them is closed.
        }
    }

    private Socket keep(Socket socket) throws IOException {
        synchronized (sockets) {
            sockets.add(socket);
        }
        if (server.isClosed()) {
            socket.close();
        }
        return socket;
    }

    @Override
    public void close() {
        try {
            server.close();
            synchronized (sockets) {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
    }
}
