/**
 * The front door: {@link dev.culvert.peer.PeerTransport} finds a peer, connects to it, and queues what can not be
 * delivered now.
 *
 * <p>A peer that is known has a {@code PeerLink}, which chooses the way for its messages ({@code LinkMessages}: waiting, on a
 * session, in the queue) and makes one {@code Attempt} after the other at a connection: ICE below, and a session of the
 * package {@code internal.session} on top. {@code Connections} knows all attempts of a transport. What arrives goes through
 * {@code AppDelivery} to the app's handler, once and in order; what may be lost through {@code RealTime}.
 */
@NullMarked
package dev.culvert.peer;

import org.jspecify.annotations.NullMarked;
