/** Tests of keys, sealing and session ciphers. */
@NullMarked
package dev.culvert.identity;

import org.jspecify.annotations.NullMarked;
