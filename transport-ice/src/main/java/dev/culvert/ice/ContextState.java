package dev.culvert.ice;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.culvert.ice.internal.HandlerGate;
import dev.culvert.transport.ConnectionState;
import java.util.concurrent.Executor;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A context's state and the one method that changes it: checks the table, logs, emits a JFR event and tells the
 * listener, in order, on the STUN thread. Thread-safe.
 */
final class ContextState {
    private static final Logger LOG = LoggerFactory.getLogger(ContextState.class);

    private final String name;
    private final @Nullable StateListener listener;
    private final Executor stunThread;
    private final HandlerGate gate = new HandlerGate();

    @GuardedBy("this")
    private ConnectionState state = ConnectionState.NEW;

    ContextState(String name, @Nullable StateListener listener, Executor stunThread) {
        this.name = name;
        this.listener = listener;
        this.stunThread = stunThread;
    }

    synchronized ConnectionState get() {
        return state;
    }

    /** Takes the step if the table has it, and returns whether it did. */
    synchronized boolean transition(ConnectionState target) {
        ConnectionState from = state;
        if (!from.canBecome(target)) {
            return false;
        }
        state = target;
        LOG.debug("{}: {} -> {}", name, from, target);
        record(from, target);
        if (listener != null && target != ConnectionState.CLOSED) {
            // Handed over under the lock, so that the listener sees the steps in their order.
            Tasks.tryExecute(stunThread, () -> tell(listener, from, target));
        }
        return true;
    }

    private void record(ConnectionState from, ConnectionState to) {
        if (!FlightRecorder.isInitialized()) {
            return; // loading the event's class would start JFR, a seventh of the time of a first connection
        }
        ConnectionStateEvent event = new ConnectionStateEvent();
        if (event.shouldCommit()) {
            event.context = name;
            event.from = from.name();
            event.to = to.name();
            event.commit();
        }
    }

    private void tell(StateListener to, ConnectionState from, ConnectionState target) {
        call(() -> to.onState(from, target));
    }

    /** STUN thread: calls another listener of the app's under the same rule, that none begins after close. */
    void call(Runnable callback) {
        if (!gate.enter()) {
            return;
        }
        try {
            callback.run();
        } catch (Throwable e) { // errors too: the STUN thread serves every peer
            LOG.error("{}: a listener threw", name, e);
        } finally {
            gate.leave();
        }
    }

    /** Lets no further call of a listener begin. */
    void closeListener() {
        if (!gate.close()) {
            LOG.warn("{}: a listener is still running a second after close; no other call will begin", name);
        }
    }
}
