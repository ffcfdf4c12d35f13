/** Culvert's own TURN client (RFC 8656): what is said to a server and when, and the wires that carry it. */
@NullMarked
package dev.culvert.ice.internal.turn;

import org.jspecify.annotations.NullMarked;
