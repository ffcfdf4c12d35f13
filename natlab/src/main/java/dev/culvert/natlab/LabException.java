package dev.culvert.natlab;

/** The laboratory could not be built or changed, or a peer in it did not do what it was told. */
public final class LabException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public LabException(String message) {
        super(message);
    }

    public LabException(String message, Throwable cause) {
        super(message, cause);
    }
}
