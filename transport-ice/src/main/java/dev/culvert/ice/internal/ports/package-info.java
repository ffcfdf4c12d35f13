/**
 * Ports that the router opens for us: PCP, NAT-PMP and UPnP, of which the best that answers is used. Not for users.
 *
 * <p>{@link dev.culvert.ice.internal.ports.RouterPorts} has the thread and all sockets; what is decided, when and on
 * which bytes, is in classes without either.
 */
@NullMarked
package dev.culvert.ice.internal.ports;

import org.jspecify.annotations.NullMarked;
