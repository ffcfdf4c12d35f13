package dev.culvert.dht;

import dev.culvert.transport.TransportException;
import java.nio.file.Path;

/** The message store is in use, by this process or another. */
public final class StoreLockedException extends TransportException {
    private static final long serialVersionUID = 1L;

    public StoreLockedException(Path file) {
        super("The message store " + file + " is open already, here or in another process;"
                + " close that one, or give each its own directory");
    }
}
