/** UDP channels that one thread polls, and the local addresses to bind them to. Pure Java; a native core is to come. */
@NullMarked
package dev.culvert.udp;

import org.jspecify.annotations.NullMarked;
