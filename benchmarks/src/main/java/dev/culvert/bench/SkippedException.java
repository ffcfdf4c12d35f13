package dev.culvert.bench;

/** This machine lacks what a suite needs; the message says what. */
final class SkippedException extends Exception {
    private static final long serialVersionUID = 1;

    SkippedException(String message) {
        super(message);
    }
}
