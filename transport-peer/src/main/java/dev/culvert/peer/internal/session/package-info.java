/**
 * Sessions: messages over one path, authenticated, encrypted, in order and acknowledged, by QUIC. {@link
 * dev.culvert.peer.internal.session.QuicSession} is the place to begin; {@link
 * dev.culvert.peer.internal.session.OutgoingMessages} and {@link
 * dev.culvert.peer.internal.session.IncomingMessages} are its two directions.
 */
@NullMarked
package dev.culvert.peer.internal.session;

import org.jspecify.annotations.NullMarked;
