package dev.culvert.peer;

/** What a session publishes, for the benchmarks; the record behind it is no app's business. */
public final class SignalAccess {
    private SignalAccess() {}

    /** An offer, as it is sealed into a candidate record. */
    public static byte[] offer(byte[] sessionKey, byte[] description) {
        return new SessionSignal(sessionKey, 0, description).toBytes();
    }

    /** The description in a signal. */
    public static byte[] description(byte[] signal) {
        return SessionSignal.fromBytes(signal).description();
    }
}
