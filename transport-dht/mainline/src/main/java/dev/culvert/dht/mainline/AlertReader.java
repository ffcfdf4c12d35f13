package dev.culvert.dht.mainline;

import dev.culvert.dht.Slot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.libtorrent4j.swig.address;
import org.libtorrent4j.swig.alert;
import org.libtorrent4j.swig.alerts_dropped_alert;
import org.libtorrent4j.swig.byte_vector;
import org.libtorrent4j.swig.dht_error_alert;
import org.libtorrent4j.swig.dht_mutable_item_alert;
import org.libtorrent4j.swig.dht_put_alert;
import org.libtorrent4j.swig.entry;
import org.libtorrent4j.swig.libtorrent;
import org.libtorrent4j.swig.listen_failed_alert;
import org.libtorrent4j.swig.listen_succeeded_alert;
import org.libtorrent4j.swig.session_stats_alert;
import org.libtorrent4j.swig.socket_type_t;

/**
 * Turns native alerts into {@link DhtAlert}s. Used by the alert thread only, between two calls that pop alerts: native
 * alerts die with the next one, so nothing of them is kept. All content is untrusted; what is not as expected is
 * reported as {@link DhtAlert.Foreign} or ignored.
 */
final class AlertReader {
    private final int nodesMetric = libtorrent.find_metric_idx_ex("dht.dht_nodes");
    private final int maxValue;

    AlertReader(int maxValue) {
        this.maxValue = maxValue;
    }

    /** What the alert says, or null when it does not concern us. */
    @Nullable
    DhtAlert read(alert source) {
        int type = source.type();
        if (type == dht_mutable_item_alert.alert_type) {
            return item(alert.cast_to_dht_mutable_item_alert(source));
        }
        if (type == dht_put_alert.alert_type) {
            return stored(alert.cast_to_dht_put_alert(source));
        }
        if (type == session_stats_alert.alert_type) {
            return new DhtAlert.NodeCount(
                    alert.cast_to_session_stats_alert(source).get_value(nodesMetric));
        }
        if (type == listen_succeeded_alert.alert_type) {
            return listening(alert.cast_to_listen_succeeded_alert(source));
        }
        if (type == listen_failed_alert.alert_type || type == dht_error_alert.alert_type) {
            return new DhtAlert.Trouble(source.message());
        }
        return type == alerts_dropped_alert.alert_type ? new DhtAlert.Overflow() : null;
    }

    private @Nullable DhtAlert item(dht_mutable_item_alert source) {
        Slot slot = slot(source.get_salt(), NativeBytes.take(source.get_key()));
        if (slot == null) {
            return null;
        }
        boolean last = source.getAuthoritative();
        // A part of the alert, not a copy: never deleted, never kept.
        entry content = source.getItem();
        int kind = content.type().swigValue();
        if (kind == entry.data_type.undefined_t.swigValue()) {
            return new DhtAlert.Item(slot, 0, null, last);
        }
        if (kind != entry.data_type.string_t.swigValue()) {
            return new DhtAlert.Foreign(slot, last);
        }
        byte[] value = NativeBytes.take(content.string_bytes(), maxValue);
        return value.length > maxValue
                ? new DhtAlert.Foreign(slot, last)
                : new DhtAlert.Item(slot, source.get_seq(), value, last);
    }

    private static @Nullable DhtAlert stored(dht_put_alert source) {
        Slot slot = slot(source.get_salt(), NativeBytes.take(source.get_public_key()));
        return slot == null
                ? null
                : new DhtAlert.Stored(
                        slot, source.get_seq(), NativeBytes.take(source.get_signature()), source.getNum_success());
    }

    private static @Nullable Slot slot(byte_vector salt, byte[] writer) {
        byte[] key = NativeBytes.take(salt, Slot.KEY_LENGTH);
        return key.length == Slot.KEY_LENGTH ? new Slot(key, writer) : null;
    }

    private static @Nullable DhtAlert listening(listen_succeeded_alert source) {
        if (source.get_socket_type() != socket_type_t.utp.swigValue()) {
            return null;
        }
        address bound = source.get_address();
        try {
            return new DhtAlert.Listening(
                    new InetSocketAddress(InetAddress.getByName(bound.to_string()), source.getPort()));
        } catch (UnknownHostException e) {
            return null;
        } finally {
            bound.delete();
        }
    }
}
