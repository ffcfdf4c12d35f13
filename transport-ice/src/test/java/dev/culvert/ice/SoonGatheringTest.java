package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.TIMEOUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.internal.StunWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A description that is made while the reflexive address, which is known already, is being added. */
@Timeout(60)
class SoonGatheringTest {
    private static final InetSocketAddress SEEN = new InetSocketAddress("203.0.113.7", 40_000);
    private static final int CONTEXTS = 2_000;

    /** What one context tells, and on which threads. */
    private static final class Heard implements CandidateListener {
        private final List<IceCandidate> candidates = new ArrayList<>();
        private final List<Thread> threads = new ArrayList<>();
        private final CompletableFuture<Void> end = new CompletableFuture<>();

        @Override
        public synchronized void onCandidate(IceCandidate candidate) {
            threads.add(Thread.currentThread());
            candidates.add(candidate);
        }

        @Override
        public synchronized void onEndOfCandidates() {
            threads.add(Thread.currentThread());
            end.complete(null);
        }

        synchronized List<IceCandidate> candidates() {
            return List.copyOf(candidates);
        }

        synchronized List<Thread> threads() {
            return List.copyOf(threads);
        }
    }

    @Test
    void shouldTellOfEachCandidateWheneverTheDescriptionIsMade() throws Exception {
        FakeStunServer.Answer answer =
                (request, from) -> new StunWriter(StunWriter.BINDING_SUCCESS, StunWriter.idOf(request))
                        .xorMapped(SEEN)
                        .bytes();
        try (FakeStunServer server = new FakeStunServer(answer);
                IceEndpoint endpoint = IceEndpoint.open(IceConfig.builder()
                        .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                        .stunServers(List.of(server.address()))
                        .build())) {
            try (IceContext first = endpoint.openContext()) {
                assertEquals(2, first.gather(TIMEOUT).candidates().size());
            }
            for (int i = 0; i < CONTEXTS; i++) {
                Heard heard = new Heard();
                try (IceContext context = endpoint.openContext()) {
                    IceDescription description =
                            context.gatherAsync(Duration.ZERO, TIMEOUT, heard).get(20, TimeUnit.SECONDS);
                    if (!description.complete()) {
                        heard.end.get(20, TimeUnit.SECONDS);
                    }
                    List<IceCandidate> all = new ArrayList<>(description.candidates());
                    all.addAll(heard.candidates());
                    assertTrue(
                            all.stream()
                                    .anyMatch(candidate -> candidate.address().equals(SEEN)),
                            "the peer never hears of it in the context " + i);
                    heard.threads().forEach(thread -> assertNotEquals(Thread.currentThread(), thread));
                }
            }
        }
    }
}
