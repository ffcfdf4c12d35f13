/** Peers behind real NATs: network namespaces, nftables and coturn, built and taken down by the script {@code natlab}. */
@NullMarked
package dev.culvert.natlab;

import org.jspecify.annotations.NullMarked;
