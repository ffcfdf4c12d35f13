package dev.culvert.ice.internal.turn;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * What lies between a wire's messages and its channel: nothing, or TLS. Never blocks, for the channel does not. Not
 * thread-safe: all but {@link #runTasks} under the wire's lock.
 */
interface StreamLayer {
    /** What a wire has to do next with what came in. */
    enum Input {
        /** There are bytes to be handled; then ask again. */
        BYTES,
        /** Nothing until more comes from the channel. */
        NOTHING,
        /** Run {@link #runTasks} without the lock, then ask again. */
        TASKS,
        /** {@link #write} first; then ask again, if all of it went out. */
        WRITE,
        /** The other side has ended the stream as it should. */
        END
    }

    /**
     * Reads from the channel, once.
     *
     * @param plain for a layer without a buffer of its own
     */
    void receive(ReadableByteChannel channel, ByteBuffer plain) throws IOException;

    /**
     * Goes on with what {@link #receive} has read.
     *
     * @param plain where the bytes are after {@link Input#BYTES}, between position and limit
     * @throws IOException if the stream is broken; the message says why, for people
     */
    Input next(ByteBuffer plain) throws IOException;

    /**
     * Writes as much as goes.
     *
     * @return whether nothing waits for the channel to take it
     */
    boolean write(OutputBuffer output, WritableByteChannel channel) throws IOException;

    /** Whether messages can go out. */
    boolean isUp();

    /** What takes long; on the thread of the wire. */
    void runTasks();

    /** Tells the other side of the end, if the channel takes it at once. */
    void sayEnd(WritableByteChannel channel);

    /** TCP as it is. */
    final class Plain implements StreamLayer {
        private boolean fresh;
        private boolean ended;

        @Override
        public void receive(ReadableByteChannel channel, ByteBuffer plain) throws IOException {
            ended = channel.read(plain.clear()) < 0;
            fresh = plain.flip().hasRemaining();
        }

        @Override
        public Input next(ByteBuffer plain) {
            if (fresh) {
                fresh = false;
                return Input.BYTES;
            }
            return ended ? Input.END : Input.NOTHING;
        }

        @Override
        public boolean write(OutputBuffer output, WritableByteChannel channel) throws IOException {
            ByteBuffer waiting = output.waiting();
            channel.write(waiting);
            return !waiting.hasRemaining();
        }

        @Override
        public boolean isUp() {
            return true;
        }

        @Override
        public void runTasks() {}

        @Override
        public void sayEnd(WritableByteChannel channel) {}
    }
}
