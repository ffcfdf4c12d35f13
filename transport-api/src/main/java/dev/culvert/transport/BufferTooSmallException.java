package dev.culvert.transport;

/** The next message does not fit the given buffer. The message stays at the head of the queue: nothing is cut or lost. */
public final class BufferTooSmallException extends TransportException {
    private static final long serialVersionUID = 1L;

    private final int required;

    public BufferTooSmallException(int required, int available) {
        super("The next message has " + required + " bytes and the buffer room for " + available
                + "; call again with a larger one");
        this.required = required;
    }

    /** Bytes the buffer must have room for. */
    public int required() {
        return required;
    }
}
