package dev.culvert.ice.internal.turn;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A receiver that keeps what it hears until the test asks. */
final class Heard implements TurnWire.Receiver {
    private static final long BOUND_SECONDS = 20;

    final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
    final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

    @Override
    public void onMessage(ByteBuffer message) {
        messages.add(TurnBytes.bytes(message));
    }

    @Override
    public void onEnd(String reason) {
        ends.add(reason);
    }

    byte[] awaitMessage() throws InterruptedException {
        byte[] message = messages.poll(BOUND_SECONDS, TimeUnit.SECONDS);
        assertNotNull(message, () -> "no message; ended: " + ends);
        return message;
    }

    String awaitEnd() throws InterruptedException {
        String reason = ends.poll(BOUND_SECONDS, TimeUnit.SECONDS);
        assertNotNull(reason, "did not end");
        return reason;
    }
}
