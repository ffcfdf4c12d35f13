/**
 * The OpenDHT engine: {@link dev.culvert.dht.opendht.OpenDht} puts values on OpenDHT through the REST proxy of a node
 * that somebody runs, each in an {@link dev.culvert.dht.opendht.Envelope} that its writer has signed.
 */
@NullMarked
package dev.culvert.dht.opendht;

import org.jspecify.annotations.NullMarked;
