package dev.culvert.ice;

/** Ends endpoints as the end of their process does, for tests of the modules above. */
public final class Vanishing {
    private Vanishing() {}

    /** Their peers hear nothing of it. */
    public static void vanish(IceEndpoint endpoint) {
        endpoint.vanish();
    }
}
