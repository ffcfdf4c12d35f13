package dev.culvert.bench;

/** A library's connection between two peers on this machine, for messages one way. For one thread. */
interface MessagePipe {
    /**
     * Sends messages and waits until the other side has had them all.
     *
     * @param bytes of each message, at least 8
     * @param count how many
     * @param mostInFlight bytes handed over and not yet on their way or done with; more wait
     * @return seconds from the first send until the last is done
     * @throws IllegalStateException if one is lost, altered or out of order
     */
    double send(int bytes, int count, int mostInFlight) throws Exception;
}
