/**
 * The TomP2P engine: a node of a network of one's own, whose values are signed values that every node of ours checks
 * before it stores them and every reader checks again. Start with {@link dev.culvert.dht.tomp2p.TomP2PDht}.
 */
@NullMarked
package dev.culvert.dht.tomp2p;

import org.jspecify.annotations.NullMarked;
