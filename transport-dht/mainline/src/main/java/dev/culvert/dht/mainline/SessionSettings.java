package dev.culvert.dht.mainline;

import java.net.InetSocketAddress;
import java.util.stream.Collectors;
import org.libtorrent4j.swig.alert;
import org.libtorrent4j.swig.session_params;
import org.libtorrent4j.swig.settings_pack;
import org.libtorrent4j.swig.settings_pack.bool_types;
import org.libtorrent4j.swig.settings_pack.int_types;
import org.libtorrent4j.swig.settings_pack.string_types;

/**
 * What the native session is told: a DHT node and nothing else of a BitTorrent client. Stateless. The numbers for
 * loopback lift limits that count packets by address, since there all nodes have the same one.
 */
final class SessionSettings {
    private static final int ALERT_QUEUE = 10_000;
    /** Bytes a second of answers, and packets a second from one address; far above what one machine can do. */
    private static final int NO_LIMIT = 50_000_000;

    private static final int MANY_ITEMS = 100_000;

    private SessionSettings() {}

    /** The caller deletes the result, after the session was made from it. */
    static session_params params(MainlineConfig config) {
        settings_pack pack = new settings_pack();
        try {
            engine(pack, config);
            closedDoors(pack);
            if (config.loopback()) {
                oneAddressForAll(pack);
            }
            session_params params = new session_params(pack);
            // No torrents, so no disk: this one has no threads of its own.
            params.set_posix_disk_io_constructor();
            return params;
        } finally {
            pack.delete();
        }
    }

    private static void engine(settings_pack pack, MainlineConfig config) {
        pack.set_int(
                int_types.alert_mask.swigValue(),
                alert.dht_notification.to_int()
                        | alert.status_notification.to_int()
                        | alert.error_notification.to_int());
        pack.set_int(int_types.alert_queue_size.swigValue(), ALERT_QUEUE);
        pack.set_str(string_types.listen_interfaces.swigValue(), String.join(",", config.listenInterfaces()));
        // A port that was asked for and is taken is an error, not another port.
        pack.set_bool(bool_types.listen_system_port_fallback.swigValue(), false);
        pack.set_bool(bool_types.enable_dht.swigValue(), true);
        // Those of the setting are only asked for others and never hold a value. In a small network they must.
        pack.set_str(
                string_types.dht_bootstrap_nodes.swigValue(),
                config.loopback()
                        ? ""
                        : config.bootstrapNodes().stream()
                                .map(SessionSettings::hostAndPort)
                                .collect(Collectors.joining(",")));
    }

    private static void closedDoors(settings_pack pack) {
        pack.set_str(string_types.user_agent.swigValue(), "");
        pack.set_int(int_types.aio_threads.swigValue(), 0);
        pack.set_int(int_types.hashing_threads.swigValue(), 0);
        for (bool_types off : new bool_types[] {
            bool_types.enable_upnp,
            bool_types.enable_natpmp,
            bool_types.enable_lsd,
            bool_types.enable_incoming_tcp,
            bool_types.enable_outgoing_tcp,
            bool_types.enable_incoming_utp,
            bool_types.enable_outgoing_utp
        }) {
            pack.set_bool(off.swigValue(), false);
        }
    }

    private static void oneAddressForAll(settings_pack pack) {
        for (bool_types off : new bool_types[] {
            bool_types.dht_restrict_routing_ips,
            bool_types.dht_restrict_search_ips,
            bool_types.dht_ignore_dark_internet,
            bool_types.dht_enforce_node_id,
            bool_types.dht_prefer_verified_node_ids
        }) {
            pack.set_bool(off.swigValue(), false);
        }
        pack.set_int(int_types.dht_block_ratelimit.swigValue(), NO_LIMIT);
        pack.set_int(int_types.dht_upload_rate_limit.swigValue(), NO_LIMIT);
        // Every node of a small network holds nearly every value; the default of 700 drops some.
        pack.set_int(int_types.dht_max_dht_items.swigValue(), MANY_ITEMS);
        // In a small network there are no spare nodes to hide a dead one: forget it at its first silence.
        pack.set_int(int_types.dht_max_fail_count.swigValue(), 1);
    }

    /** The IP address where it is known, else the name. */
    static String host(InetSocketAddress node) {
        return node.getAddress() == null
                ? node.getHostString()
                : node.getAddress().getHostAddress();
    }

    private static String hostAndPort(InetSocketAddress node) {
        String host = host(node);
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + node.getPort();
    }
}
