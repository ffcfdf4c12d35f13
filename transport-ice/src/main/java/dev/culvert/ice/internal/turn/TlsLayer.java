package dev.culvert.ice.internal.turn;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/**
 * TLS, the client's side, over a channel that does not block. The engine's tasks, such as checking the server's certificate,
 * run on the thread of the wires and not under the wire's lock: they hold up the other wires for some milliseconds once
 * for each connection, which is less than one more thread would cost. Lives as long as its connection.
 */
final class TlsLayer implements StreamLayer {
    /** More than any record; a session that wants larger buffers does not get them. */
    private static final int MAX_PACKET_BYTES = 65_536;

    private final SSLEngine engine;

    /** Records that came, between position and limit; the last one may be incomplete. */
    private ByteBuffer received;

    /** At most one record that is to go out, between position and limit. */
    private ByteBuffer sending;

    private boolean up;
    private boolean ended;

    /** With an engine that has not begun. */
    TlsLayer(SSLEngine engine) throws SSLException {
        this.engine = engine;
        int packet = engine.getSession().getPacketBufferSize();
        received = ByteBuffer.allocate(packet).limit(0);
        sending = ByteBuffer.allocate(packet).limit(0);
        engine.beginHandshake();
    }

    /**
     * Towards this host, whose certificate must be valid for that name or address.
     *
     * @throws SSLException if the name is none
     */
    static TlsLayer towards(String host, int port, SSLContext context) throws SSLException {
        SSLEngine engine = context.createSSLEngine(host, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (!isAddress(host)) { // RFC 6066 section 3: no literal addresses
            try {
                parameters.setServerNames(List.of(new SNIHostName(withoutRoot(host))));
            } catch (IllegalArgumentException e) {
                throw new SSLException(host + " is no host name", e);
            }
        }
        engine.setSSLParameters(parameters);
        return new TlsLayer(engine);
    }

    private static boolean isAddress(String host) {
        return host.indexOf(':') >= 0 || host.matches("[0-9]+([.][0-9]+){3}");
    }

    private static String withoutRoot(String host) {
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    @Override
    public void receive(ReadableByteChannel channel, ByteBuffer plain) throws IOException {
        received.compact();
        ended = channel.read(received) < 0;
        received.flip();
    }

    @Override
    public Input next(ByteBuffer plain) throws IOException {
        plain.clear();
        while (true) {
            HandshakeStatus before = engine.getHandshakeStatus();
            if (before == HandshakeStatus.NEED_TASK) {
                return Input.TASKS;
            }
            if (before == HandshakeStatus.NEED_WRAP && !up) {
                return Input.WRITE;
            }
            SSLEngineResult result = engine.unwrap(received, plain);
            noteHandshake();
            switch (result.getStatus()) {
                case BUFFER_OVERFLOW -> throw new SSLException("a TLS record is too large");
                case BUFFER_UNDERFLOW -> {
                    return starved();
                }
                case CLOSED -> {
                    return Input.END;
                }
                case OK -> {
                    if (plain.position() > 0) {
                        plain.flip();
                        return Input.BYTES;
                    }
                    if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                        return Input.WRITE;
                    }
                    if (result.bytesConsumed() == 0 && engine.getHandshakeStatus() == before) {
                        return starved();
                    }
                }
            }
        }
    }

    /** The record is not whole yet. */
    private Input starved() throws IOException {
        if (ended) {
            throw new EOFException(
                    up ? "it cut the connection without ending TLS" : "it closed the connection in the TLS handshake");
        }
        if (received.remaining() == received.capacity()) {
            received = enlarged(received);
        }
        return Input.NOTHING;
    }

    /** A buffer as large as the session wants now, with what is in this one. */
    private ByteBuffer enlarged(ByteBuffer full) throws SSLException {
        int wanted = engine.getSession().getPacketBufferSize();
        if (wanted <= full.capacity() || wanted > MAX_PACKET_BYTES) {
            throw new SSLException("a TLS record is too large");
        }
        return ByteBuffer.allocate(wanted).put(full).flip();
    }

    @Override
    public boolean write(OutputBuffer output, WritableByteChannel channel) throws IOException {
        do {
            if (sending.hasRemaining()) {
                channel.write(sending);
                if (sending.hasRemaining()) {
                    return false;
                }
            }
        } while (encrypt(output.waiting()));
        return true;
    }

    /** Makes the next record, of the handshake or of what waits; whether there was one to make. */
    private boolean encrypt(ByteBuffer waiting) throws SSLException {
        HandshakeStatus status = engine.getHandshakeStatus();
        boolean own = status == HandshakeStatus.NEED_WRAP;
        if (!own && (!up || !waiting.hasRemaining() || status == HandshakeStatus.NEED_TASK)) {
            return false;
        }
        while (true) {
            SSLEngineResult result = engine.wrap(waiting, sending.clear());
            sending.flip();
            noteHandshake();
            switch (result.getStatus()) {
                case BUFFER_OVERFLOW -> sending = enlarged(sending.limit(0));
                case BUFFER_UNDERFLOW -> throw new SSLException("TLS asks for more than there is");
                case CLOSED -> {
                    return sending.hasRemaining();
                }
                case OK -> {
                    if (!sending.hasRemaining() && engine.getHandshakeStatus() == status) {
                        throw new SSLException("TLS does not go on");
                    }
                    return true;
                }
            }
        }
    }

    private void noteHandshake() {
        up |= engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    @Override
    public boolean isUp() {
        return up;
    }

    @Override
    public void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** The alert that says why, or else a close_notify. */
    @Override
    public void sayEnd(WritableByteChannel channel) {
        try {
            engine.closeOutbound();
            // Not behind a record that is half out: the channel takes no more anyway.
            while (write(new OutputBuffer(0), channel) && !engine.isOutboundDone()) {
                if (engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) {
                    return;
                }
            }
        } catch (IOException | RuntimeException e) {
            // The other side will see the channel end.
        }
    }
}
