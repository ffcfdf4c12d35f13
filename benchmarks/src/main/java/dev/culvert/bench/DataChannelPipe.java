package dev.culvert.bench;

import dev.onvoid.webrtc.PeerConnectionFactory;
import dev.onvoid.webrtc.RTCDataChannel;
import dev.onvoid.webrtc.RTCDataChannelBuffer;
import dev.onvoid.webrtc.RTCDataChannelObserver;
import dev.onvoid.webrtc.RTCDataChannelState;
import dev.onvoid.webrtc.media.audio.AudioDeviceModule;
import dev.onvoid.webrtc.media.audio.AudioLayer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Messages through webrtc-java's data channel: done when the other side's observer has had them. Its native threads
 * complain when the JVM ends in order, so the process is to be killed.
 */
final class DataChannelPipe implements MessagePipe {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final long LOOK_AGAIN_MILLIS = 5;

    private final PeerConnectionFactory factory; // kept: what it made does not outlive it
    private final DataChannelPeer near;
    private final DataChannelPeer far;
    private final RTCDataChannel outgoing;
    private final RTCDataChannel incoming;
    private final AtomicLong changes = new AtomicLong();
    private volatile @Nullable ExpectedMessages expected;

    DataChannelPipe() throws Exception {
        // It opens a sound card otherwise.
        factory = new PeerConnectionFactory(new AudioDeviceModule(AudioLayer.kDummyAudio));
        near = new DataChannelPeer(factory);
        far = new DataChannelPeer(factory);
        outgoing = near.createChannel();
        CompletableFuture<Boolean> open = new CompletableFuture<>();
        outgoing.registerObserver(new Sending(open));
        incoming = DataChannelPeer.connect(near, far);
        incoming.registerObserver(new Receiving());
        if (outgoing.getState() == RTCDataChannelState.OPEN) {
            open.complete(true);
        }
        DataChannelPeer.await(open);
    }

    private final class Sending implements RTCDataChannelObserver {
        private final CompletableFuture<Boolean> open;

        Sending(CompletableFuture<Boolean> open) {
            this.open = open;
        }

        @Override
        public void onBufferedAmountChange(long bytes) {
            synchronized (changes) {
                changes.incrementAndGet();
                changes.notifyAll();
            }
        }

        @Override
        public void onStateChange() {
            if (outgoing.getState() == RTCDataChannelState.OPEN) {
                open.complete(true);
            }
        }

        @Override
        public void onMessage(RTCDataChannelBuffer message) {}
    }

    private final class Receiving implements RTCDataChannelObserver {
        @Override
        public void onBufferedAmountChange(long bytes) {}

        @Override
        public void onStateChange() {}

        @Override
        public void onMessage(RTCDataChannelBuffer message) {
            ExpectedMessages now = expected;
            if (now != null) {
                now.received(message.data.remaining(), message.data.getLong(message.data.position()));
            }
        }
    }

    @Override
    public double send(int bytes, int count, int mostInFlight) throws Exception {
        ExpectedMessages receiving = new ExpectedMessages(bytes, count);
        expected = receiving;
        ByteBuffer message = ByteBuffer.allocateDirect(bytes); // each send copies it
        RTCDataChannelBuffer buffer = new RTCDataChannelBuffer(message, true);
        long mayBeBuffered = 0;
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            if (mayBeBuffered > mostInFlight) {
                mayBeBuffered = awaitRoom(mostInFlight); // each look at it is a call of another thread
            }
            message.putLong(0, i);
            outgoing.send(buffer);
            mayBeBuffered += bytes;
        }
        receiving.await(TIMEOUT);
        return (System.nanoTime() - start) / 1e9;
    }

    private long awaitRoom(int most) throws InterruptedException {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (true) {
            long seen = changes.get();
            long buffered = outgoing.getBufferedAmount();
            if (buffered <= most) {
                return buffered;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("The channel takes no more");
            }
            synchronized (changes) {
                if (changes.get() == seen) {
                    changes.wait(LOOK_AGAIN_MILLIS);
                }
            }
        }
    }
}
