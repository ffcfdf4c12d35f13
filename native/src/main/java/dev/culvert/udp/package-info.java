/**
 * UDP channels that one thread polls, and the local addresses to bind them to. A native core in C where it
 * loads ({@link NativeCore}), else pure Java.
 */
@NullMarked
package dev.culvert.udp;

import org.jspecify.annotations.NullMarked;
