/**
 * The OpenDHT engine: {@link dev.culvert.dht.opendht.OpenDht} puts values on OpenDHT through the REST proxy of a node
 * that somebody runs, each as a {@link dev.culvert.dht.SignedValue} of its writer.
 */
@NullMarked
package dev.culvert.dht.opendht;

import org.jspecify.annotations.NullMarked;
