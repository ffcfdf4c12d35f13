package dev.culvert.natlab;

import java.time.Duration;

/** One ICE agent after another, as a {@link PeerProcess} is told. One thread. */
interface PeerEngine extends AutoCloseable {
    /** How a connect ended well. */
    record Path(String localType, String remoteType, String tier, long nanos) {}

    /** Whatever went wrong, in words for people. */
    final class FailedException extends Exception {
        private static final long serialVersionUID = 1;

        FailedException(String message) {
            super(message);
        }
    }

    /** Loads and compiles what the first connection needs: what is measured is the network. */
    void warmUp();

    /** Ends the agent before, makes a fresh one and returns its description, whole, in hexadecimal digits. */
    String gather(Servers servers, Duration timeout) throws FailedException;

    /** Checks until an app could send; the time counts from this call, with the description in hand. */
    Path connect(boolean controlling, Duration timeout, String description) throws FailedException;

    /** The path in use now, which may be a better one than at first. The time is that of {@link #connect}. */
    default Path path() {
        throw new IllegalStateException("this agent stays with the pair it told of");
    }

    /** The bytes of the largest datagram that gets to the other peer in one piece, as far as is known. */
    default int mtu() {
        throw new IllegalStateException("this agent does not tell");
    }

    /** Sends a word and returns how that went. */
    String send(String word);

    /** The next word, or "nothing" within the time. */
    String receive(Duration timeout) throws InterruptedException;

    @Override
    void close();
}
