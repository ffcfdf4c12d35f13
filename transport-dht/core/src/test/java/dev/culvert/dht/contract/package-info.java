/** The tests that every DHT engine must pass; engines extend {@link dev.culvert.dht.contract.DhtContract}. */
package dev.culvert.dht.contract;
