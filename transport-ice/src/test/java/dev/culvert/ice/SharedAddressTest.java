package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.LOOPBACK;
import static dev.culvert.ice.LoopbackPair.TIMEOUT;
import static dev.culvert.ice.LoopbackPair.receiveText;
import static dev.culvert.ice.LoopbackPair.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several contexts of one endpoint towards the same remote address: each gets its own data, over a socket of its own. */
@Timeout(60)
class SharedAddressTest {
    private static final int PAIRS = 10;

    private final IceEndpoint near = IceEndpoint.open(LOOPBACK);
    private final IceEndpoint far = IceEndpoint.open(LOOPBACK);

    @AfterEach
    void close() {
        near.close();
        far.close();
    }

    private static void assertApart(IceContext from, IceContext to, String name) throws InterruptedException {
        assertEquals(SendStatus.SENT, from.send(text(name)));
        assertEquals(name, receiveText(to, 5_000));
        assertEquals(1, to.stats().receivedPackets());
    }

    @Test
    void shouldGiveTheSecondContextASocketOfItsOwn() throws Exception {
        IceContext first = near.openContext();
        IceContext firstFar = far.openContext();
        LoopbackPair.connect(first, firstFar);
        IceContext second = near.openContext();
        IceContext secondFar = far.openContext();

        LoopbackPair.connect(second, secondFar);
        LoopbackPair.awaitNominated(second, secondFar);

        SelectedPair shared = first.selectedPair();
        SelectedPair own = second.selectedPair();
        assertEquals(near.localAddresses().get(0), shared.base());
        assertTrue(!shared.base().equals(own.base()) || !shared.remoteAddress().equals(own.remoteAddress()));
        assertApart(first, firstFar, "first there");
        assertApart(second, secondFar, "second there");
        assertApart(firstFar, first, "first back");
        assertApart(secondFar, second, "second back");
    }

    @Test
    void shouldKeepContextsApartThatStartTogether() throws Exception {
        List<IceContext> nears = new ArrayList<>();
        List<IceContext> fars = new ArrayList<>();
        List<CompletableFuture<SelectedPair>> connecting = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
            IceContext a = near.openContext();
            IceContext b = far.openContext();
            IceDescription offer = a.gather(TIMEOUT);
            IceDescription answer = b.gather(TIMEOUT);
            connecting.add(a.connectAsync(answer, Role.CONTROLLING, TIMEOUT));
            connecting.add(b.connectAsync(offer, Role.CONTROLLED, TIMEOUT));
            nears.add(a);
            fars.add(b);
        }
        connecting.forEach(CompletableFuture::join);
        LoopbackPair.awaitNominated(nears.toArray(IceContext[]::new));
        LoopbackPair.awaitNominated(fars.toArray(IceContext[]::new));

        Set<String> paths = new HashSet<>();
        for (IceContext context : nears) {
            paths.add(
                    context.selectedPair().base() + " " + context.selectedPair().remoteAddress());
        }
        assertEquals(PAIRS, paths.size(), "no two share a path: " + paths);
        for (int i = 0; i < PAIRS; i++) {
            assertApart(nears.get(i), fars.get(i), "there " + i);
            assertApart(fars.get(i), nears.get(i), "back " + i);
        }
    }

    @Test
    void shouldConnectTwoContextsOfOneEndpointWithEachOther() throws Exception {
        IceContext a = near.openContext();
        IceContext b = near.openContext();

        LoopbackPair.connect(a, b);
        LoopbackPair.awaitNominated(a, b);

        assertNotEquals(a.selectedPair().base(), b.selectedPair().base());
        assertApart(a, b, "to b");
        assertApart(b, a, "to a");
    }

    @Test
    void shouldGiveEveryOwnSocketBackWithItsContext() {
        LoopbackPair.connect(near.openContext(), far.openContext());
        connectAndClose(); // the process opens a thing or two of its own the first time
        int before = ProcessFootprint.descriptors();

        for (int i = 0; i < PAIRS; i++) {
            connectAndClose();
        }

        Eventually.holds(
                () -> ProcessFootprint.descriptors() + " descriptors, before " + before,
                () -> ProcessFootprint.descriptors() <= before);
    }

    private void connectAndClose() {
        try (IceContext a = near.openContext();
                IceContext b = far.openContext()) {
            LoopbackPair.connect(a, b);
            assertTrue(a.stats().drops(DropCause.ADDRESS_TAKEN) + b.stats().drops(DropCause.ADDRESS_TAKEN) > 0);
        }
    }
}
