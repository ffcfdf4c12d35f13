package dev.culvert.cli;

/** A step of the demonstration could not be done; the message says which and shows what is known. */
final class DemoFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DemoFailure(String message) {
        super(message);
    }
}
