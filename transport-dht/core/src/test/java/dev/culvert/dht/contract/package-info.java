/** The tests that every DHT engine must pass; engines extend {@link dev.culvert.dht.contract.DhtContract}. */
@NullMarked
package dev.culvert.dht.contract;

import org.jspecify.annotations.NullMarked;
