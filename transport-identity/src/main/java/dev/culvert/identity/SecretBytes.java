package dev.culvert.identity;

import java.util.Arrays;

/**
 * Private bytes that can be wiped. Gives out copies only, so that wiping on one thread never changes the key under a
 * computation on another. The copies are the caller's to wipe.
 */
final class SecretBytes {
    private final String name;
    private final byte[] bytes; // guarded by this
    private boolean wiped; // guarded by this

    /** Takes the array over: the caller forgets it. */
    SecretBytes(String name, byte[] bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    synchronized byte[] copy() {
        if (wiped) {
            throw new IllegalStateException("The " + name + " was closed and its private bytes are gone");
        }
        return bytes.clone();
    }

    synchronized void wipe() {
        wiped = true;
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public String toString() {
        return name;
    }
}
