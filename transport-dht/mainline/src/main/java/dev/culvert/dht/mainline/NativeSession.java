package dev.culvert.dht.mainline;

import dev.culvert.dht.Slot;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.libtorrent4j.swig.alert_ptr_vector;
import org.libtorrent4j.swig.byte_array_32;
import org.libtorrent4j.swig.byte_array_64;
import org.libtorrent4j.swig.byte_vector;
import org.libtorrent4j.swig.entry;
import org.libtorrent4j.swig.session;
import org.libtorrent4j.swig.session_params;
import org.libtorrent4j.swig.string_int_pair;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only holder of a libtorrent session: every native call passes here, and none does once it is destroyed, since a
 * call on a freed session kills the JVM. Requests may come from any thread, one at a time under {@link #gate}; alerts
 * are read and the session is destroyed by one thread, the alert thread, so that waiting needs no lock. Native objects
 * are deleted here as soon as they are used, never left to finalizers.
 */
final class NativeSession {
    private static final Logger LOG = LoggerFactory.getLogger(NativeSession.class);

    private final Object gate = new Object();
    // Written under gate by the alert thread, read under gate by the others.
    private @Nullable session engine;
    // Alert thread only.
    private final alert_ptr_vector popped = new alert_ptr_vector();
    private final AlertReader reader;

    NativeSession(MainlineConfig config, int maxValue) {
        reader = new AlertReader(maxValue);
        session_params params = SessionSettings.params(config);
        try {
            engine = new session(params);
        } finally {
            params.delete();
        }
    }

    /**
     * Starts a native get.
     *
     * @return false when the session is destroyed
     */
    boolean get(Slot slot) {
        byte_array_32 key = NativeBytes.array32(slot.writer());
        byte_vector salt = NativeBytes.vector(slot.key());
        try {
            synchronized (gate) {
                if (engine == null) {
                    return false;
                }
                engine.dht_get_item(key, salt);
                return true;
            }
        } finally {
            key.delete();
            salt.delete();
        }
    }

    /**
     * Starts a native put, which looks for the newest number of the slot and then stores the value under the next.
     *
     * @param secret the writer's expanded 64-byte key
     * @return false when the session is destroyed
     */
    boolean put(Slot slot, byte[] secret, byte[] value) {
        byte_array_32 key = NativeBytes.array32(slot.writer());
        byte_array_64 signer = NativeBytes.array64(secret);
        byte_vector salt = NativeBytes.vector(slot.key());
        byte_vector bytes = NativeBytes.vector(value);
        entry data = entry.from_string_bytes(bytes);
        try {
            synchronized (gate) {
                if (engine == null) {
                    return false;
                }
                engine.dht_put_item(key, signer, data, salt);
                return true;
            }
        } finally {
            data.delete();
            bytes.delete();
            salt.delete();
            signer.fill((byte) 0);
            signer.delete();
            key.delete();
        }
    }

    /** Asks for a {@link DhtAlert.NodeCount}; also what wakes the alert thread. Does nothing once destroyed. */
    void requestNodeCount() {
        synchronized (gate) {
            if (engine != null) {
                engine.post_session_stats();
            }
        }
    }

    /** Pings a node, which becomes a neighbour when it answers. Does nothing once destroyed. */
    void addNode(InetSocketAddress node) {
        string_int_pair pair = new string_int_pair(SessionSettings.host(node), node.getPort());
        try {
            synchronized (gate) {
                if (engine != null) {
                    engine.add_dht_node(pair);
                }
            }
        } finally {
            pair.delete();
        }
    }

    /** Waits until the session has opened its sockets, or failed to; the alerts that tell are then in the queue. */
    void awaitStarted() {
        synchronized (gate) {
            if (engine != null) {
                // Answered by the network thread, after what it does at its start.
                engine.listen_port();
            }
        }
    }

    /** Alert thread: what there is to report, waiting for it at most so long. */
    List<DhtAlert> alerts(long maxWaitMillis) {
        List<DhtAlert> alerts = new ArrayList<>();
        // No lock: only this thread destroys the session.
        session current = engine;
        if (current == null || current.wait_for_alert_ms(maxWaitMillis) == null) {
            return alerts;
        }
        current.pop_alerts(popped);
        int size = popped.size();
        for (int i = 0; i < size; i++) {
            DhtAlert alert = read(i);
            if (alert != null) {
                alerts.add(alert);
            }
        }
        return alerts;
    }

    private @Nullable DhtAlert read(int index) {
        try {
            return reader.read(popped.get(index));
        } catch (RuntimeException e) {
            // One alert that can not be read must not cost those after it.
            LOG.warn("An alert of the DHT session could not be read: {}", e.toString());
            return null;
        }
    }

    /** Alert thread: shuts the session down and waits for its threads. Idempotent. */
    void destroy() {
        session current;
        synchronized (gate) {
            current = engine;
            engine = null;
        }
        if (current != null) {
            popped.delete();
            current.delete();
        }
    }
}
