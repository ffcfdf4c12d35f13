/** How an endpoint tells STUN from data, and whose each datagram is. Not for users. */
@NullMarked
package dev.culvert.ice.internal;

import org.jspecify.annotations.NullMarked;
