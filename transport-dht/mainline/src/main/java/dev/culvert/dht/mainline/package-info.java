/**
 * The Mainline engine: {@link dev.culvert.dht.mainline.MainlineDht} puts values on the BitTorrent DHT as BEP 44 mutable
 * items, through libtorrent's own DHT node running inside this process.
 */
@NullMarked
package dev.culvert.dht.mainline;

import org.jspecify.annotations.NullMarked;
