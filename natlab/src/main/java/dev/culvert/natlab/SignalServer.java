package dev.culvert.natlab;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A signalling server, as an app may have one: keeps the last signal of each peer to each other. A connection brings one line,
 * {@code put FROM TO HEX} or {@code get FROM TO}, and gets one. One thread, for as long as it is open.
 */
final class SignalServer implements AutoCloseable {
    static final int PORT = 7_000;

    /** The answer to a put. */
    static final String DONE = "ok";

    /** What nobody has put. */
    static final String NOTHING = "-";

    private static final int PATIENCE_MILLIS = 2_000;

    private final Map<String, String> signals = new ConcurrentHashMap<>();
    private final ServerSocket server = new ServerSocket();

    /** Listens at this address; {@link #start} answers. */
    SignalServer(InetAddress address) throws IOException {
        server.bind(new InetSocketAddress(address, PORT));
    }

    void start() {
        Thread thread = new Thread(this::serve, "natlab-signals");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                socket.setSoTimeout(PATIENCE_MILLIS);
                BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
                String line = in.readLine();
                if (line != null) {
                    new PrintStream(socket.getOutputStream(), true, US_ASCII).println(answer(line.split(" ", -1)));
                }
            } catch (IOException e) {
                // The end, or a client that is gone.
            }
        }
    }

    private String answer(String[] words) {
        String key = words[1] + " " + words[2];
        if (words[0].equals("put")) {
            signals.put(key, words[3]);
            return DONE;
        }
        return signals.getOrDefault(key, NOTHING);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
