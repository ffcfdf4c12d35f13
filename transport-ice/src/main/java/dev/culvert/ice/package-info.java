/**
 * Datagrams between two peers through NATs (ICE, RFC 8445). An {@link dev.culvert.ice.IceEndpoint} owns the sockets and
 * threads; an {@link dev.culvert.ice.IceContext} is one peer's path.
 */
@NullMarked
package dev.culvert.ice;

import org.jspecify.annotations.NullMarked;
