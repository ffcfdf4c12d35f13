/** The bridge into ice4j: with {@code org.ice4j.stack}'s four classes of ours, the only place that knows it (ADR 0001). */
@NullMarked
package dev.culvert.ice.internal.ice4j;

import org.jspecify.annotations.NullMarked;
