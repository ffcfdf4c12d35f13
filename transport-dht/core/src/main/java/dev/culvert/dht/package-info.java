/**
 * Records and messages on a distributed hash table: the {@link dev.culvert.dht.Dht} interface that engines implement,
 * the keys and sealed records that are put there, the candidate directory and the message queue on top.
 */
@NullMarked
package dev.culvert.dht;

import org.jspecify.annotations.NullMarked;
