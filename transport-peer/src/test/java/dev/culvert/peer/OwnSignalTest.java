package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.CandidateType;
import dev.culvert.ice.IceCandidate;
import dev.culvert.ice.IceDescription;
import dev.culvert.identity.Identity;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What goes out of the candidates that are found after the first description. */
class OwnSignalTest {
    private static final IceDescription FIRST =
            new IceDescription("ufrag", "a password of 22 chars".replace(' ', '+'), List.of(candidate(1)), false);

    private final FakeRendezvous rendezvous = new FakeRendezvous();
    private final VirtualLoop time = new VirtualLoop();
    private final List<Throwable> failures = new ArrayList<>();
    private final OwnSignal signal =
            new OwnSignal(rendezvous, time, Identity.generate().peerId(), new byte[32]);

    private static IceCandidate candidate(int port) {
        return new IceCandidate(
                "1", 1_000, new InetSocketAddress("192.0.2.1", port), CandidateType.SERVER_REFLEXIVE, null);
    }

    /** The ports of the next publication, none if it takes back or gives up; null if there was no publication. */
    private List<Integer> published() {
        byte[] bytes = rendezvous.published.poll();
        if (bytes == null || bytes.length == 0) {
            return bytes == null ? null : List.of();
        }
        SessionSignal next = SessionSignal.fromBytes(bytes);
        assertEquals(7, next.answerTo());
        if (next.isGivenUp()) {
            return List.of();
        }
        return IceDescription.fromBytes(next.description()).candidates().stream()
                .map(candidate -> candidate.address().getPort())
                .toList();
    }

    private void publish() {
        signal.publish(FIRST, 7, failures::add);
    }

    @Test
    void shouldPublishAgainWithWhatIsFoundLater() {
        publish();
        time.runDue();
        signal.add(candidate(2));
        time.runDue();

        assertEquals(List.of(1), published());
        assertEquals(List.of(1, 2), published());
        assertNull(published());
    }

    @Test
    void shouldSendTogetherWhatIsFoundDuringAPublication() {
        CompletableFuture<Void> slow = new CompletableFuture<>();
        rendezvous.publishing = () -> slow;
        publish();
        signal.add(candidate(2));
        signal.add(candidate(3));
        time.runDue();
        assertEquals(List.of(1), published());
        assertNull(published(), "published while another publication is under way");

        slow.complete(null);
        time.runDue();
        assertEquals(List.of(1, 2, 3), published());
        assertNull(published());
    }

    @Test
    void shouldTakeAlongWhatIsFoundBeforeTheDescriptionIsTold() {
        signal.add(candidate(2));
        assertNull(published());
        publish();

        assertEquals(List.of(1, 2), published());
    }

    @Test
    void shouldPublishNothingAfterItIsTakenBack() {
        publish();
        signal.withdraw();
        signal.withdraw();
        signal.add(candidate(2));
        time.runDue();

        assertEquals(List.of(1), published());
        assertEquals(List.of(), published());
        assertNull(published());
    }

    @Test
    void shouldTakeNothingBackThatWasNotPublished() {
        signal.add(candidate(2));
        signal.withdraw();

        assertNull(published());
    }

    @Test
    void shouldSayOnceThatAnAnswerIsGivenUp() {
        publish();
        signal.giveUp(7);
        signal.giveUp(7);
        signal.withdraw();
        signal.add(candidate(2));
        time.runDue();

        assertEquals(List.of(1), published());
        assertTrue(SessionSignal.fromBytes(rendezvous.published.remove()).isGivenUp());
        assertNull(published());
    }

    /** Or else the peer would wait for it. */
    @Test
    void shouldGiveUpAnAnswerThatItNeverTold() {
        signal.giveUp(7);
        publish();

        SessionSignal word = SessionSignal.fromBytes(rendezvous.published.remove());
        assertTrue(word.isGivenUp());
        assertEquals(7, word.answerTo());
        assertNull(published());
    }

    @Test
    void shouldNotGiveUpWhatWasUsed() {
        publish();
        signal.withdraw();
        signal.giveUp(7);

        assertEquals(List.of(1), published());
        assertEquals(0, rendezvous.published.remove().length);
        assertNull(published());
    }

    @Test
    void shouldSayNothingOfAnOfferThatNobodyHasSeen() {
        new OwnSignal(rendezvous, time, Identity.generate().peerId(), new byte[32]).giveUp(0);

        assertNull(published());
    }

    @Test
    void shouldFailForTheFirstPublicationOnly() {
        rendezvous.publishing = () -> CompletableFuture.failedFuture(new IllegalStateException("on purpose"));
        publish();
        time.runDue();
        assertEquals(1, failures.size());

        signal.add(candidate(2));
        time.runDue();
        assertEquals(1, failures.size());
        assertNotNull(published());
        assertEquals(List.of(1, 2), published());
    }

    @Test
    void shouldLeaveOutWhatADescriptionHasNoRoomFor() {
        publish();
        IntStream.range(0, 2 * IceDescription.MAX_CANDIDATES).forEach(i -> signal.add(candidate(i + 1)));
        time.runDue();

        assertEquals(List.of(1), published());
        assertEquals(IceDescription.MAX_CANDIDATES, published().size());
    }

    @Test
    void shouldNotRepeatWhatThePeerHasBeenTold() {
        publish();
        IntStream.range(0, 2 * IceDescription.MAX_CANDIDATES).forEach(i -> {
            signal.add(candidate(i + 1));
            time.runDue();
        });

        IntStream.rangeClosed(1, IceDescription.MAX_CANDIDATES)
                .forEach(size -> assertEquals(size, published().size()));
        assertNull(published());
    }
}
