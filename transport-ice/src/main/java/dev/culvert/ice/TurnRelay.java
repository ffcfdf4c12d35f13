package dev.culvert.ice;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.TransactionId;
import dev.culvert.ice.internal.Unicast;
import dev.culvert.ice.internal.turn.Allocation;
import dev.culvert.ice.internal.turn.RelayedData;
import dev.culvert.ice.internal.turn.TurnWire;
import dev.culvert.udp.UdpChannel;
import dev.culvert.udp.UdpSendStatus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * A relayed address at one TURN server that sends and receives like a socket: carries out what its {@link Allocation}
 * decides over a {@link TurnWire}. Safe to use from any thread; received data comes on the wire's thread. Lives until it
 * is closed, or its server does not serve it any more.
 */
final class TurnRelay implements UdpChannel {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** How long the server may take to confirm the end before the wire is closed without. */
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    /** RFC 8656 section 7.4: ports tried at a server that has relays for those before. */
    static final int MAX_PORTS = 3;

    /** Hears what becomes of a relay, on the STUN thread. */
    interface Owner {
        void onReady(TurnRelay relay);

        /**
         * It is of no use any more; not told after {@link #close}.
         *
         * @param refused whether asking again soon would be in vain: the server said no, or it can not be asked
         */
        void onOver(TurnRelay relay, String why, boolean refused);
    }

    /** Opens the wire, and hears of failure to do so as of the wire's end. */
    @FunctionalInterface
    interface WireSource {
        TurnWire open(TurnTarget target, TurnWire.Receiver receiver) throws IOException;
    }

    private final TurnTarget target;
    private final ScheduledExecutorService stunThread;
    private final Runnable onJunk;
    private final Owner owner;
    private final Object lock = new Object();

    /** Made with the first send: of the relays that race, one is used. */
    @GuardedBy("lock")
    private @Nullable ByteBuffer frame;

    @GuardedBy("lock")
    private @Nullable Allocation allocation;

    @GuardedBy("lock")
    private @Nullable TurnWire wire;

    @GuardedBy("lock")
    private @Nullable WireSource wires;

    @GuardedBy("lock")
    private @Nullable ScheduledFuture<?> timer;

    @GuardedBy("lock")
    private int ports;

    /** The end of another one is nothing to us: a server may close a connection whose request it has refused. */
    @GuardedBy("lock")
    private @Nullable Port current;

    @GuardedBy("lock")
    private boolean told;

    @GuardedBy("lock")
    private boolean closed;

    private volatile @Nullable InetSocketAddress relayed;
    private volatile RelayedData.@Nullable Sink sink;

    /** @param onJunk run for each message of the server's that means nothing here */
    TurnRelay(TurnTarget target, ScheduledExecutorService stunThread, Runnable onJunk, Owner owner) {
        this.onJunk = onJunk;
        this.target = target;
        this.stunThread = stunThread;
        this.owner = owner;
    }

    /** STUN thread: connects and asks for the address. */
    void start(WireSource wires) {
        TurnCredentials credentials = null;
        String refusal = "";
        try {
            credentials = target.server().credentials().get(); // the app's: not with our lock held
        } catch (RuntimeException e) {
            refusal = "its credentials can not be had: " + e.getMessage();
        }
        synchronized (lock) {
            if (closed || told) {
                return;
            }
            if (credentials == null) {
                tellOver(refusal.isEmpty() ? "its credentials are null" : refusal, true);
                return;
            }
            try {
                this.wires = wires;
                ports++;
                Port port = new Port();
                current = port;
                TurnWire opened = wires.open(target, port);
                wire = opened;
                allocation = new Allocation(credentials, opened.isReliable(), RANDOM, System.nanoTime());
                carryOut();
            } catch (IOException | RuntimeException e) {
                tellOver("it can not be asked: " + e.getMessage(), true);
            }
        }
    }

    TurnTarget target() {
        return target;
    }

    /** Where received data goes from now on; what came before is lost, as nobody knew the address. */
    void deliverTo(RelayedData.Sink to) {
        sink = to;
    }

    @Override
    public InetSocketAddress localAddress() {
        InetSocketAddress address = relayed;
        if (address == null) {
            throw new IllegalStateException("The relay is not ready");
        }
        return address;
    }

    @Override
    public UdpSendStatus send(ByteBuffer payload, InetSocketAddress to) {
        synchronized (lock) {
            Allocation now = allocation;
            TurnWire over = wire;
            InetSocketAddress from = relayed;
            if (now == null || over == null || from == null || closed || now.state() != Allocation.State.READY) {
                return UdpSendStatus.CLOSED;
            }
            if (payload.remaining() > RelayedData.MAX_PAYLOAD) {
                return UdpSendStatus.TOO_LARGE;
            }
            if (!Unicast.isReachableFrom(from.getAddress(), to.getAddress())) {
                return UdpSendStatus.UNREACHABLE;
            }
            ByteBuffer into = frame != null ? frame : ByteBuffer.allocateDirect(RelayedData.MAX_FRAME);
            frame = into;
            int start = payload.position();
            int channel = now.channelOf(to);
            if (channel < 0) {
                now.permit(to, System.nanoTime());
                carryOut();
                RelayedData.frame(into, TransactionId.random(RANDOM), to, payload);
            } else {
                RelayedData.frame(into, channel, payload);
            }
            UdpSendStatus status = over.send(into);
            if (status != UdpSendStatus.SENT) {
                payload.position(start);
            }
            return status;
        }
    }

    /** Nobody tells of the way from the server to the peer, and a frame of ours goes around each datagram before. */
    @Override
    public int pathMtu(InetSocketAddress to) {
        return UNKNOWN_MTU - (UdpChannel.MAX_PAYLOAD - RelayedData.MAX_PAYLOAD);
    }

    /** Data is going to be sent to this peer from now on. */
    void prefer(InetSocketAddress peer) {
        synchronized (lock) {
            if (allocation != null && !closed) {
                allocation.bind(peer, System.nanoTime());
                carryOut();
            }
        }
    }

    /** The peer does not answer over this relay: it may be the server that is gone. */
    void suspect() {
        synchronized (lock) {
            if (allocation != null && !closed) {
                allocation.suspect(System.nanoTime());
                carryOut();
            }
        }
    }

    // ---- the wire's thread

    /** Hears what comes on one wire. */
    private final class Port implements TurnWire.Receiver {
        @Override
        public void onMessage(ByteBuffer message) {
            TurnRelay.this.onMessage(message);
        }

        @Override
        public void onEnd(String reason) {
            synchronized (lock) {
                if (current == this) {
                    tellOver(reason, false);
                }
            }
        }
    }

    void onMessage(ByteBuffer message) {
        RelayedData data = null;
        boolean answer = false;
        if (RelayedData.isChannelData(message)) {
            data = RelayedData.ofChannel(message, peerOf(RelayedData.channel(message)));
        } else if (StunMessage.looksLikeOne(message)) {
            byte[] bytes = new byte[message.remaining()];
            message.get(bytes);
            StunMessage stun = StunMessage.parse(bytes).orElse(null);
            if (stun != null && stun.kind() == StunMessage.Kind.INDICATION) {
                data = RelayedData.ofIndication(stun);
            } else if (stun != null) {
                answer = onResponse(stun);
            }
        }
        if (data == null && !answer) {
            onJunk.run();
        }
        RelayedData.Sink to = sink;
        if (data != null && to != null) {
            to.onData(data.peer(), data.payload());
        }
    }

    private @Nullable InetSocketAddress peerOf(int channel) {
        synchronized (lock) {
            return allocation == null ? null : allocation.peerOf(channel);
        }
    }

    /** Whether it answers something; a repeated answer does not. */
    private boolean onResponse(StunMessage response) {
        synchronized (lock) {
            boolean taken = allocation != null && allocation.onResponse(response, System.nanoTime());
            if (taken) {
                carryOut();
            }
            return taken;
        }
    }

    // ---- what the allocation wants

    private void onTimer() {
        synchronized (lock) {
            if (allocation != null) {
                allocation.poll(System.nanoTime());
                carryOut();
            }
        }
    }

    @GuardedBy("lock")
    private void carryOut() {
        Allocation now = allocation;
        TurnWire over = wire;
        if (now == null || over == null) {
            return;
        }
        for (byte[] message : now.takeMessages()) {
            over.send(ByteBuffer.wrap(message)); // what is dropped is repeated
        }
        if (now.isPortTaken() && ports < MAX_PORTS && wires != null) {
            WireSource again = wires;
            current = null;
            closeWire();
            Tasks.tryExecute(stunThread, () -> start(again));
            return;
        }
        if (now.state() == Allocation.State.OVER) {
            String why = now.failure();
            tellOver(why == null ? "it was closed" : why, now.isRefused());
            return;
        }
        arm(now);
        if (now.state() == Allocation.State.READY && relayed == null) {
            relayed = now.relayed();
            Tasks.tryExecute(stunThread, () -> owner.onReady(this));
        }
    }

    @GuardedBy("lock")
    private void arm(Allocation now) {
        ScheduledFuture<?> old = timer;
        if (old != null) {
            old.cancel(false);
        }
        timer = now.nextNanos()
                .map(next -> Tasks.trySchedule(
                        stunThread, this::onTimer, Duration.ofNanos(Math.max(0, next - System.nanoTime()))))
                .orElse(null);
    }

    @GuardedBy("lock")
    private void tellOver(String why, boolean refused) {
        closeWire();
        if (!told && !closed) {
            told = true;
            Tasks.tryExecute(stunThread, () -> owner.onOver(this, why, refused));
        }
    }

    @GuardedBy("lock")
    private void closeWire() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
        TurnWire old = wire;
        allocation = null;
        wire = null;
        if (old != null) {
            // Elsewhere: it waits for its receiver, which may wait for our lock. At the endpoint's end all wires end
            // anyway.
            Tasks.tryExecute(stunThread, old::close);
        }
    }

    /** Asks the server to let go, and waits for that in the background, but not long. Idempotent. */
    @Override
    public void close() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            if (allocation == null) {
                return;
            }
            allocation.end(System.nanoTime());
            carryOut();
            if (allocation != null && Tasks.trySchedule(stunThread, this::endWire, FAREWELL) == null) {
                closeWire(); // the endpoint is closing, and its poller with it
            }
        }
    }

    private void endWire() {
        synchronized (lock) {
            closeWire();
        }
    }

    @Override
    public String toString() {
        return "relay " + relayed + " at " + target;
    }
}
