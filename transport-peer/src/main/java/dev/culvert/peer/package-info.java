/**
 * The front door: {@link dev.culvert.peer.PeerTransport} finds a peer, connects to it, and queues what can not be
 * delivered now.
 */
@NullMarked
package dev.culvert.peer;

import org.jspecify.annotations.NullMarked;
