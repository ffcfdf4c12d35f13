package dev.culvert.transport;

/** A message is over the limit of the way it was to take. It was not sent. */
public final class MessageTooLargeException extends TransportException {
    private static final long serialVersionUID = 1L;

    private final long size;
    private final long limit;

    /**
     * @param size bytes of the message
     * @param limit most bytes that can be taken
     * @param way what has the limit, for the error text
     */
    public MessageTooLargeException(long size, long limit, String way) {
        super("A message of " + size + " bytes is over the limit of " + limit + " bytes for " + way
                + "; split it or send less");
        this.size = size;
        this.limit = limit;
    }

    /** Bytes of the refused message. */
    public long size() {
        return size;
    }

    /** Most bytes that would have been taken. */
    public long limit() {
        return limit;
    }
}
