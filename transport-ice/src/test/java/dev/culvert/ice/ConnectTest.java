package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.LOOPBACK;
import static dev.culvert.ice.LoopbackPair.TIMEOUT;
import static dev.culvert.ice.LoopbackPair.receiveText;
import static dev.culvert.ice.LoopbackPair.text;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.culvert.transport.ConnectionState;
import dev.culvert.transport.Tier;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class ConnectTest {
    @Test
    void shouldConnectAndCarryDatagramsBothWays() throws Exception {
        try (LoopbackPair pair = LoopbackPair.connected()) {
            assertEquals(ConnectionState.CONNECTED, pair.a.state());
            assertEquals(ConnectionState.CONNECTED, pair.b.state());
            assertEquals(Tier.DIRECT, pair.a.selectedPair().tier());
            assertEquals(Tier.DIRECT, pair.b.selectedPair().tier());

            assertEquals(SendStatus.SENT, pair.a.send(text("to b")));
            assertEquals(SendStatus.SENT, pair.b.send(text("to a")));

            assertEquals("to b", receiveText(pair.b, 5_000));
            assertEquals("to a", receiveText(pair.a, 5_000));
        }
    }

    /** An agent that has no role yet takes itself for controlling: the early check must wait for the role. */
    @ParameterizedTest
    @EnumSource
    void shouldConnectWhenThePeersChecksComeBeforeItsOwnSideStarts(Role early) throws Exception {
        Role late = early == Role.CONTROLLING ? Role.CONTROLLED : Role.CONTROLLING;
        for (int i = 0; i < 10; i++) {
            try (IceEndpoint endpointA = IceEndpoint.open(LOOPBACK);
                    IceContext a = endpointA.openContext();
                    IceContext b = IceContext.open(LOOPBACK)) {
                IceDescription offer = a.gather(TIMEOUT);
                IceDescription answer = b.gather(TIMEOUT);
                CompletableFuture<SelectedPair> first = b.connectAsync(offer, early, TIMEOUT);
                while (endpointA.routeCount() == 0) {
                    Thread.onSpinWait(); // until a check of b's has come
                }

                assertEquals(Tier.DIRECT, a.connect(answer, late, TIMEOUT).tier());
                assertEquals(Tier.DIRECT, first.join().tier());
            }
        }
    }
}
