package dev.culvert.dht;

import dev.culvert.transport.TransportException;
import java.nio.file.Path;

/** The message store is damaged, of a later version, or its file can not be read or written. Nothing was deleted. */
public final class StoreUnreadableException extends TransportException {
    private static final long serialVersionUID = 1L;

    /**
     * @param file the store's file
     * @param reason what was found
     */
    public StoreUnreadableException(Path file, String reason) {
        super(text(file, reason));
    }

    /**
     * @param file the store's file
     * @param reason what was found
     * @param cause what the store's engine said
     */
    public StoreUnreadableException(Path file, String reason, Throwable cause) {
        super(text(file, reason), cause);
    }

    private static String text(Path file, String reason) {
        return "The message store " + file + " can not be used: " + reason
                + ". The file was left as it is; check the disk, restore it from a copy, or move it away to start empty";
    }
}
