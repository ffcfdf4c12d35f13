/** A DHT engine for one process: a shared table instead of a network. For tests, demonstrations and development. */
@NullMarked
package dev.culvert.dht.memory;

import org.jspecify.annotations.NullMarked;
