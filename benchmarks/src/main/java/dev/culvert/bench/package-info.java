/** Compares Culvert with plain ice4j, a bare DatagramChannel and the JDK's queues, both sides in turn in each run. */
@NullMarked
package dev.culvert.bench;

import org.jspecify.annotations.NullMarked;
