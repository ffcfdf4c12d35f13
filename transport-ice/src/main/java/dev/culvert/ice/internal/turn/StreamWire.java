package dev.culvert.ice.internal.turn;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.culvert.ice.internal.HandlerGate;
import dev.culvert.udp.UdpSendStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a TURN server. The thread of the {@link StreamWires} opens it, reads it and hears of its end; any thread
 * may send, and writes to the channel itself unless something waits already. Lives until {@link #close} or until the
 * connection ends, which the receiver is told.
 */
final class StreamWire implements TurnWire {
    private static final Logger LOG = LoggerFactory.getLogger(StreamWire.class);

    /** Makes the layer; on the thread of the wires, for it may read certificates from files. */
    @FunctionalInterface
    interface Layers {
        StreamLayer make() throws IOException;
    }

    private enum State {
        /** TCP is not up, or not even begun. */
        CONNECTING,
        /** TCP is up, TLS is not. */
        SECURING,
        /** Messages go both ways. */
        UP,
        /** It broke, could not be made, or the server ended it. */
        ENDED,
        /** We have closed it. */
        CLOSED;

        boolean isOver() {
            return this == ENDED || this == CLOSED;
        }
    }

    private final StreamWires wires;
    private final InetSocketAddress server;
    private final @Nullable InetAddress localAddress;
    private final Layers layers;
    private final Receiver receiver;
    private final String name;
    private final HandlerGate gate = new HandlerGate();
    private final StreamFraming framing = new StreamFraming(); // thread of the wires only
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final OutputBuffer output;

    @GuardedBy("lock")
    private State state = State.CONNECTING;

    @GuardedBy("lock")
    private @Nullable Connection connection;

    /** What there is once the channel is open. */
    private record Connection(SocketChannel channel, SelectionKey key, StreamLayer layer) {}

    StreamWire(
            StreamWires wires,
            InetSocketAddress server,
            @Nullable InetAddress localAddress,
            int outputBytes,
            Layers layers,
            String name,
            Receiver receiver) {
        this.wires = wires;
        this.server = server;
        this.localAddress = localAddress;
        this.layers = layers;
        this.name = name;
        this.receiver = receiver;
        output = new OutputBuffer(outputBytes);
    }

    /** Begins to connect. Thread of the wires. */
    void open(Selector selector) {
        try {
            if (server.isUnresolved()) {
                throw new IOException("its name has no known address");
            }
            StreamLayer layer = layers.make();
            synchronized (lock) {
                if (!state.isOver()) {
                    connect(selector, layer);
                }
            }
        } catch (IOException | RuntimeException e) {
            end(EndReason.of(e));
        }
    }

    @GuardedBy("lock")
    private void connect(Selector selector, StreamLayer layer) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (localAddress != null) {
                channel.bind(new InetSocketAddress(localAddress, 0));
            }
            Connection made = new Connection(channel, channel.register(selector, SelectionKey.OP_CONNECT, this), layer);
            if (channel.connect(server)) {
                onConnected(made);
            }
            connection = made;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @GuardedBy("lock")
    private void onConnected(Connection on) throws IOException {
        state = State.SECURING;
        flush(on);
    }

    /** Goes on with a channel that is ready for something. Thread of the wires; {@code plain} is its own buffer. */
    void onReady(ByteBuffer plain) {
        try {
            Connection on;
            synchronized (lock) {
                on = connection;
                if (on == null || state.isOver()) {
                    return;
                }
                if (on.key().isConnectable() && on.channel().finishConnect()) {
                    onConnected(on);
                }
                if (on.key().isWritable()) {
                    flush(on);
                }
                if (on.key().isReadable()) { // one piece each time, so that no wire keeps the others waiting
                    on.layer().receive(on.channel(), plain);
                }
            }
            handleInput(on, plain);
        } catch (IOException | RuntimeException e) {
            end(EndReason.of(e));
        }
    }

    private void handleInput(Connection on, ByteBuffer plain) throws IOException {
        while (true) {
            StreamLayer.Input input;
            synchronized (lock) {
                if (state.isOver() || state == State.CONNECTING) {
                    return;
                }
                input = on.layer().next(plain);
                if (input == StreamLayer.Input.WRITE && !flush(on)) {
                    on.key().interestOps(SelectionKey.OP_WRITE); // what comes waits in the kernel until this is out
                    return;
                }
                if (input == StreamLayer.Input.NOTHING
                        && (state == State.SECURING || output.waiting().hasRemaining())) {
                    flush(on); // the handshake may have ended, and with it the wait of what was sent before
                }
            }
            switch (input) {
                case BYTES -> deliver(plain);
                case TASKS -> on.layer().runTasks();
                case END -> {
                    end("it closed the connection");
                    return;
                }
                case NOTHING -> {
                    return;
                }
                case WRITE -> {} // done above
            }
        }
    }

    private void deliver(ByteBuffer plain) throws IOException {
        for (ByteBuffer message = framing.next(plain); message != null; message = framing.next(plain)) {
            if (isOver() || !gate.enter()) {
                return;
            }
            try {
                receiver.onMessage(message);
            } catch (RuntimeException | Error e) { // one message's trouble is not the end of the others
                LOG.error("A receiver of TURN messages failed", e);
            } finally {
                gate.leave();
            }
        }
    }

    /** Writes what goes; whether nothing waits for the channel. */
    @GuardedBy("lock")
    private boolean flush(Connection on) throws IOException {
        boolean done = on.layer().write(output, on.channel());
        if (state == State.SECURING && on.layer().isUp()) {
            state = State.UP;
            LOG.debug("Connected to TURN server {}", name);
        }
        int operations = done ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE;
        if (on.key().interestOps() != operations) {
            on.key().interestOps(operations);
            wires.wakeUpFromOutside();
        }
        return done;
    }

    @Override
    public UdpSendStatus send(ByteBuffer message) {
        int padding = StreamFraming.paddingOf(message);
        synchronized (lock) {
            if (state.isOver()) {
                return UdpSendStatus.CLOSED;
            }
            if (message.remaining() + padding > output.limit()) {
                return UdpSendStatus.TOO_LARGE;
            }
            boolean busy = output.waiting().hasRemaining();
            if (!output.add(message, padding)) {
                return UdpSendStatus.BUFFER_FULL;
            }
            Connection on = connection;
            if (!busy && state == State.UP && on != null) { // or else the thread of the wires will write
                try {
                    flush(on);
                } catch (IOException | RuntimeException e) {
                    end(EndReason.of(e));
                    return UdpSendStatus.CLOSED;
                }
            }
        }
        message.position(message.limit());
        return UdpSendStatus.SENT;
    }

    @Override
    public boolean isReliable() {
        return true;
    }

    /** Whether it is still to be bounded in time. */
    boolean isStarting() {
        synchronized (lock) {
            return state == State.CONNECTING || state == State.SECURING;
        }
    }

    private boolean isOver() {
        synchronized (lock) {
            return state.isOver();
        }
    }

    /** Ends it if it is not up yet. */
    void onTooLate(Duration limit) {
        synchronized (lock) {
            if (state == State.CONNECTING) {
                end("no connection within " + limit.toMillis() + " ms");
            } else if (state == State.SECURING) {
                end("no answer to the TLS handshake within " + limit.toMillis() + " ms");
            }
        }
    }

    /** Ends it from any thread; the thread of the wires tells the receiver. */
    private void end(String reason) {
        synchronized (lock) {
            if (state.isOver()) {
                return;
            }
            release(State.ENDED);
        }
        String whole = "TURN server " + name + ": " + reason;
        LOG.debug("{}", whole);
        wires.execute(() -> tellEnd(whole));
    }

    private void tellEnd(String reason) {
        wires.forget(this);
        if (gate.enter()) {
            try {
                receiver.onEnd(reason);
            } catch (RuntimeException | Error e) {
                LOG.error("A receiver failed when its connection to a TURN server ended", e);
            } finally {
                gate.leave();
            }
        }
    }

    @GuardedBy("lock")
    private void release(State last) {
        boolean open = !state.isOver();
        boolean connected = state != State.CONNECTING;
        state = last;
        Connection on = connection;
        connection = null;
        output.clear();
        if (!open || on == null) {
            return;
        }
        if (connected) {
            on.layer().sayEnd(on.channel());
        }
        try {
            on.channel().close();
        } catch (IOException e) {
            LOG.debug("Closing a connection to {} failed", name, e);
        }
    }

    /** Ends the connection without waiting for a callback. */
    void shut() {
        synchronized (lock) {
            release(State.CLOSED);
        }
    }

    /**
     * Ends it; what still waits is not sent. Idempotent, from any thread; waits at most a second for a running callback and
     * never for its own thread. Afterwards no callback begins. Best called without a lock that the receiver takes.
     */
    @Override
    public void close() {
        shut();
        wires.forget(this);
        wires.wakeUpFromOutside(); // the selector gives the descriptor back
        gate.close();
    }
}
