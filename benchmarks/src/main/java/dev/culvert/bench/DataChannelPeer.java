package dev.culvert.bench;

import dev.onvoid.webrtc.CreateSessionDescriptionObserver;
import dev.onvoid.webrtc.PeerConnectionFactory;
import dev.onvoid.webrtc.PeerConnectionObserver;
import dev.onvoid.webrtc.RTCAnswerOptions;
import dev.onvoid.webrtc.RTCConfiguration;
import dev.onvoid.webrtc.RTCDataChannel;
import dev.onvoid.webrtc.RTCDataChannelInit;
import dev.onvoid.webrtc.RTCIceCandidate;
import dev.onvoid.webrtc.RTCOfferOptions;
import dev.onvoid.webrtc.RTCPeerConnection;
import dev.onvoid.webrtc.RTCSessionDescription;
import dev.onvoid.webrtc.SetSessionDescriptionObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** One side of a WebRTC connection within this JVM. Its observers run on the library's threads. */
final class DataChannelPeer implements PeerConnectionObserver {
    private static final long TIMEOUT_SECONDS = 20;

    private final RTCPeerConnection connection;
    private final CompletableFuture<DataChannelPeer> other = new CompletableFuture<>();
    private final CompletableFuture<RTCDataChannel> channel = new CompletableFuture<>();

    DataChannelPeer(PeerConnectionFactory factory) {
        connection = factory.createPeerConnection(new RTCConfiguration(), this);
    }

    /** Makes the offering side's channel, connects both sides, and gives the answering side's channel. */
    static RTCDataChannel connect(DataChannelPeer offering, DataChannelPeer answering) throws Exception {
        RTCSessionDescription offer =
                await(described(to -> offering.connection.createOffer(new RTCOfferOptions(), to)));
        await(set(to -> offering.connection.setLocalDescription(offer, to)));
        await(set(to -> answering.connection.setRemoteDescription(offer, to)));
        RTCSessionDescription answer =
                await(described(to -> answering.connection.createAnswer(new RTCAnswerOptions(), to)));
        await(set(to -> answering.connection.setLocalDescription(answer, to)));
        await(set(to -> offering.connection.setRemoteDescription(answer, to)));
        // Candidates have waited until now: before the descriptions they would be refused.
        offering.other.complete(answering);
        answering.other.complete(offering);
        return await(answering.channel);
    }

    /** Ordered and reliable. */
    RTCDataChannel createChannel() {
        RTCDataChannelInit init = new RTCDataChannelInit();
        init.ordered = true;
        return connection.createDataChannel("benchmark", init);
    }

    @Override
    public void onIceCandidate(RTCIceCandidate candidate) {
        var unused = other.thenAccept(peer -> peer.connection.addIceCandidate(candidate));
    }

    @Override
    public void onDataChannel(RTCDataChannel opened) {
        channel.complete(opened);
    }

    /** Waits for a step of connecting. */
    @SuppressWarnings("UnusedException") // says nothing more
    static <T> T await(CompletableFuture<T> step) throws InterruptedException, ExecutionException {
        try {
            return step.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // It takes no loopback addresses, for one thing, and a host may have no others.
            throw new IllegalStateException("its peers did not connect within " + TIMEOUT_SECONDS + " s");
        }
    }

    private static CompletableFuture<RTCSessionDescription> described(Consumer<CreateSessionDescriptionObserver> call) {
        CompletableFuture<RTCSessionDescription> future = new CompletableFuture<>();
        call.accept(new CreateSessionDescriptionObserver() {
            @Override
            public void onSuccess(RTCSessionDescription description) {
                future.complete(description);
            }

            @Override
            public void onFailure(String error) {
                future.completeExceptionally(new IllegalStateException(error));
            }
        });
        return future;
    }

    private static CompletableFuture<Boolean> set(Consumer<SetSessionDescriptionObserver> call) {
        CompletableFuture<Boolean> future = new CompletableFuture<>();
        call.accept(new SetSessionDescriptionObserver() {
            @Override
            public void onSuccess() {
                future.complete(true);
            }

            @Override
            public void onFailure(String error) {
                future.completeExceptionally(new IllegalStateException(error));
            }
        });
        return future;
    }
}
