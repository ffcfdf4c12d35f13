package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Seven days, in virtual time: a sender that is away, its keepers, and a receiver that comes back or does not. */
class KeeperTest {
    private static final PeerId KEEPER = Identity.generate().peerId();
    private static final PeerId SECOND = Identity.generate().peerId();
    private static final int MESSAGES = 12;

    @TempDir
    private Path directory;

    private MemoryNetwork memory;
    private KeptPeers peers;

    @BeforeEach
    void open() {
        peers = new KeptPeers(directory, this::network);
    }

    /** Small values, forgotten after two hours, as in Mainline. */
    private Supplier<Dht> network(Clock clock) {
        memory = new MemoryNetwork(clock);
        return () -> MemoryDht.joinLikeMainline(memory);
    }

    @AfterEach
    void close() throws Exception {
        peers.close();
    }

    /** Every third one is so large that it goes in parts. */
    private static String text(int i) {
        return "message " + i + (i % 3 == 0 ? " and more".repeat(300) : "");
    }

    private static List<String> texts() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            all.add(text(i));
        }
        return all;
    }

    private void send() {
        QueuePeer sender = peers.openSender();
        for (String text : texts()) {
            Eventually.get(sender.send(peers.receiver.peerId(), text));
        }
        peers.settle();
    }

    private void sendAndGoAway() {
        send();
        if (!peers.keepers.isEmpty()) {
            assertTrue(isAllKept(), "not all messages are with a keeper");
        }
        peers.closeSender();
    }

    private boolean isAllKept() {
        var kept = peers.atSender.queue.whenKept();
        peers.settle();
        return kept.isDone();
    }

    private int heldBy(PeerId keeper) {
        return Eventually.get(peers.keepers.get(keeper).held()).records();
    }

    @Test
    void shouldDeliverEverythingWhenTheReceiverComesAfterSixDaysAnd23Hours() {
        peers.openKeeper(KEEPER);
        sendAndGoAway();

        peers.pass(Duration.ofDays(7).minusHours(1));
        peers.openReceiver();
        peers.settle();
        peers.pass(Duration.ofMinutes(30));
        assertEquals(texts(), peers.received);

        QueuePeer sender = peers.openSender();
        peers.settle();
        assertEquals(0, Eventually.get(sender.queue.outstanding(peers.receiver.peerId())));
        assertEquals(0, heldBy(KEEPER), "the keeper was not told that all were received");
        assertEquals(List.of(), peers.expired);
        assertEquals(texts(), peers.received, "delivered twice");
    }

    @Test
    void shouldDeliverNothingOfItWithoutAKeeper() {
        sendAndGoAway();

        peers.pass(Duration.ofDays(7).minusHours(1));
        peers.openReceiver();
        peers.settle();
        peers.pass(Duration.ofMinutes(30));

        assertEquals(List.of(), peers.received, "then the keeper is not what the test above shows");
    }

    @Test
    void shouldForgetAfterSevenDaysAndTellTheSender() {
        peers.openKeeper(KEEPER);
        sendAndGoAway();

        peers.pass(Duration.ofDays(7).plusMinutes(1));
        assertEquals(0, heldBy(KEEPER));
        assertEquals(
                MESSAGES,
                peers.keepers.get(KEEPER).events().get(KeeperEvent.EXPIRED).intValue());
        peers.openReceiver();
        QueuePeer sender = peers.openSender();
        peers.settle();
        peers.pass(Duration.ofHours(3));

        assertEquals(List.of(), peers.received);
        assertEquals(MESSAGES, peers.expired.size());
        assertEquals(0, Eventually.get(sender.queue.outstanding(peers.receiver.peerId())));
        peers.closeSender();
        peers.closeReceiver();
        peers.pass(Duration.ofHours(3));
        assertEquals(List.of(), memory.snapshot());
    }

    @Test
    void shouldGoOnAfterAKeeperRestarts() {
        peers.openKeeper(KEEPER);
        sendAndGoAway();
        peers.pass(Duration.ofDays(2));
        peers.closeKeeper(KEEPER);
        peers.pass(Duration.ofHours(10));
        assertEquals(List.of(), memory.snapshot(), "the network still has them, so the test shows nothing");

        peers.openKeeper(KEEPER);
        peers.pass(Duration.ofHours(1));
        peers.openReceiver();
        peers.settle();
        peers.pass(Duration.ofMinutes(30));

        assertEquals(texts(), peers.received);
    }

    @Test
    void shouldTellAKeeperThatWasAwayWhatIsNeededNoMore() {
        peers.openKeeper(KEEPER);
        send();
        peers.closeKeeper(KEEPER);
        peers.openReceiver();
        peers.settle();
        peers.pass(Duration.ofMinutes(30));
        assertEquals(texts(), peers.received);

        peers.openKeeper(KEEPER);
        assertEquals(MESSAGES, heldBy(KEEPER));
        peers.pass(Duration.ofMinutes(30));

        assertEquals(0, heldBy(KEEPER));
    }

    @Test
    void shouldTellKeepersOfWhatWasAcknowledgedBeforeTheyWereNamed() {
        peers.openKeeper(KEEPER);
        sendAndGoAway();
        peers.openReceiver();
        peers.settle();
        peers.pass(Duration.ofMinutes(30));
        QueuePeer sender = peers.openSenderWithoutKeepers();
        peers.settle();
        assertEquals(0, Eventually.get(sender.queue.outstanding(peers.receiver.peerId())));
        assertEquals(MESSAGES, heldBy(KEEPER));

        peers.nameKeepers();
        peers.settle();

        assertEquals(0, heldBy(KEEPER));
    }

    @Test
    void shouldTellKeepersWhenMessagesOfAnEarlierRunAreNumberedAnew() {
        peers.openKeeper(KEEPER);
        sendAndGoAway();
        QueuePeer sender = peers.openSenderWithoutKeepers();
        Eventually.get(sender.send(peers.receiver.peerId(), "one more"));
        peers.nameKeepers();
        peers.settle();
        assertEquals(MESSAGES + 1, heldBy(KEEPER), "the records of the earlier numbering, too");

        peers.openReceiver();
        peers.settle();
        peers.pass(Duration.ofMinutes(30));
        assertEquals(0, heldBy(KEEPER));
    }

    @Test
    void shouldOfferAgainWhatAKeeperWasAwayFor() {
        peers.openKeeper(KEEPER);
        QueuePeer sender = peers.openSender();
        peers.closeKeeper(KEEPER);
        Eventually.get(sender.send(peers.receiver.peerId(), "for a keeper that is away"));
        peers.settle();
        assertFalse(isAllKept());

        peers.openKeeper(KEEPER);
        peers.pass(Duration.ofMinutes(30));

        assertEquals(1, heldBy(KEEPER));
    }

    @Test
    void shouldDeliverWithTheOneKeeperThatIsLeft() {
        peers.openKeeper(KEEPER);
        peers.openKeeper(SECOND);
        sendAndGoAway();
        assertEquals(MESSAGES, heldBy(KEEPER));
        assertEquals(MESSAGES, heldBy(SECOND));

        peers.closeKeeper(KEEPER);
        peers.pass(Duration.ofDays(6));
        peers.openReceiver();
        peers.settle();
        peers.pass(Duration.ofMinutes(30));

        assertEquals(texts(), peers.received);
    }

    @Test
    void shouldNotAskAgainAfterARestartButAfterADay() {
        peers.openKeeper(KEEPER);
        sendAndGoAway();
        peers.openSender();
        peers.settle();
        assertEquals(0, heldAlready(), "asked again for what is on disk as kept");

        peers.pass(Duration.ofHours(25));
        assertEquals(MESSAGES, heldAlready());
    }

    private int heldAlready() {
        return peers.keepers.get(KEEPER).events().get(KeeperEvent.HELD_ALREADY).intValue();
    }

    @Test
    void shouldLeaveAgainWhatAKeeperLost() {
        peers.openKeeper(KEEPER);
        send();
        Eventually.get(peers.keepers.get(KEEPER).dismiss(peers.sender.peerId()));
        peers.keepers.get(KEEPER).allow(List.of(peers.sender.peerId()));
        assertEquals(0, heldBy(KEEPER));

        peers.pass(Duration.ofHours(25));

        assertEquals(MESSAGES, heldBy(KEEPER));
    }

    @Test
    void shouldTakeWhatItHasRoomForAndTheRestLater() {
        peers.openKeeper(KEEPER, KeeperConfig.builder().records(5, 5).build());
        send();
        assertEquals(5, heldBy(KEEPER));
        assertFalse(isAllKept());

        peers.openReceiver();
        peers.settle();
        for (int i = 0; i < 6 && heldBy(KEEPER) > 0; i++) {
            peers.pass(Duration.ofMinutes(10));
        }
        assertEquals(texts(), peers.received);
        assertEquals(0, heldBy(KEEPER));
    }

    @Test
    void shouldComeToRestWithAKeeperThatIsTooSlow() {
        peers.openKeeper(KEEPER, KeeperConfig.builder().requestsPerMinute(2).build());
        send();
        assertTrue(heldBy(KEEPER) <= 2);

        peers.pass(Duration.ofHours(2));

        assertEquals(MESSAGES, heldBy(KEEPER));
        assertTrue(isAllKept());
    }
}
