package dev.culvert.dht;

/**
 * Whether queued messages are sealed so that who records them today can not open them with a quantum computer one day.
 * Costs 1088 bytes a message. The receiver's key for it is found in the DHT, where the receiver puts it when its own choice is
 * not {@link #OFF}. Whatever the choice, messages of either kind are opened.
 */
public enum PostQuantum {
    /** Nothing is published or looked for; messages are sealed with X25519. */
    OFF,
    /**
     * With X-Wing once the receiver's key is known, with X25519 until then. A message waits for the end of the first look, not
     * longer. As {@link #OFF} where the engine has no room for it.
     */
    PREFERRED,
    /** With X-Wing only: a message stays on disk, and is not put, until the receiver's key is known. */
    REQUIRED
}
