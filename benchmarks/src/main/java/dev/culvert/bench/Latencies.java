package dev.culvert.bench;

import dev.culvert.ice.DatagramHandler;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Notes how long each message of the far side's stream was on its way. Written on the I/O thread only. */
final class Latencies implements DatagramHandler {
    private final double[] millis = new double[200_000]; // 200 s at one a millisecond; later ones are only counted
    private volatile int received;

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    public void onDatagram(ByteBuffer payload) {
        int index = received;
        if (index < millis.length) {
            millis[index] = (System.nanoTime() - payload.getLong(payload.position() + 8)) / 1e6;
        }
        received = index + 1;
    }

    int received() {
        return received;
    }

    /** Of the messages between two counts; also of those still on their way when the first count was taken. */
    double percentile(int from, int to, double percent) {
        return Samples.percentile(
                Arrays.copyOfRange(millis, Math.min(from, millis.length), Math.min(to, millis.length)), percent);
    }
}
