package dev.culvert.dht;

import dev.culvert.transport.TransportException;

/** Post-quantum sealing is required and the engine's values are too small for it. Nothing was opened or sent. */
public final class PostQuantumUnavailableException extends TransportException {
    private static final long serialVersionUID = 1L;

    /**
     * @param engine its name
     * @param maxValueBytes what it takes
     * @param needed what the smallest engine takes that has room
     */
    public PostQuantumUnavailableException(String engine, int maxValueBytes, int needed) {
        super("Post-quantum sealing is required, but the " + engine + " DHT takes values of " + maxValueBytes
                + " bytes and it needs " + needed
                + ". Put a SplittingDht over the engine, or choose PostQuantum.PREFERRED or OFF");
    }
}
