/**
 * The words that every Culvert module shares: who a peer is, what state a connection is in, which way a message went,
 * and what can go wrong. Depends on nothing.
 */
@NullMarked
package dev.culvert.transport;

import org.jspecify.annotations.NullMarked;
