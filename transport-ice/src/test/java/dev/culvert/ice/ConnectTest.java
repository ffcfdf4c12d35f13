package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.receiveText;
import static dev.culvert.ice.LoopbackPair.text;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.culvert.transport.ConnectionState;
import dev.culvert.transport.Tier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
}
