/**
 * Who a peer is and what it can prove: key pairs, signatures, sealing (HPKE), pair secrets, session ciphers and
 * SHA3-512. Bouncy Castle is used in here and appears in no public signature.
 */
@NullMarked
package dev.culvert.identity;

import org.jspecify.annotations.NullMarked;
