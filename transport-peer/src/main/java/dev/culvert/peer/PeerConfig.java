package dev.culvert.peer;

import dev.culvert.dht.QueueConfig;
import dev.culvert.transport.PeerId;
import java.time.Duration;
import java.util.Set;

/**
 * The settings of a {@link PeerTransport} beyond who and where; made by its builder, which checks them.
 *
 * @param queue how the DHT queue is run
 * @param connectTimeout how long a connection may take to come up before it is given up
 * @param queueAfter how long messages wait for a connection before they go to the queue
 * @param pollInterval how soon a contact's offer is seen where the rendezvous has no push
 * @param maxContacts most peers a transport watches and holds links for
 * @param maxConnections most peers that are connected, or on their way to be
 * @param keepers who keep our queued messages while we are away
 */
record PeerConfig(
        QueueConfig queue,
        Duration connectTimeout,
        Duration queueAfter,
        Duration pollInterval,
        int maxContacts,
        int maxConnections,
        Set<PeerId> keepers) {}
