package dev.culvert.natlab;

/** One of the two hosts with what is before it. */
public enum Side {
    A,
    B;

    /** The host's name in the laboratory. */
    String host() {
        return this == A ? "a" : "b";
    }
}
