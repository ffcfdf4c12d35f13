package dev.culvert.dht.tomp2p;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TomP2PConfigTest {
    private static final InetSocketAddress HERE = new InetSocketAddress("127.0.0.1", 0);

    @Test
    void shouldKeepALoopbackNetworkToItself() {
        InetSocketAddress member = new InetSocketAddress("127.0.0.1", 4000);

        TomP2PConfig config = TomP2PConfig.loopback(List.of(member));

        assertEquals(HERE, config.listen());
        assertEquals(List.of(member), config.bootstrapNodes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::1"})
    void shouldRefuseToListenOnWhatOthersCanNotReach(String address) {
        TomP2PConfig.Builder builder = TomP2PConfig.builder(new InetSocketAddress(address, 0), List.of());

        assertThrows(IllegalArgumentException.class, builder::build);
    }

    @Test
    void shouldRefuseMembersThatCanNotBeAsked() {
        assertThrows(
                IllegalArgumentException.class,
                () -> TomP2PConfig.loopback(List.of(InetSocketAddress.createUnresolved("example.org", 1))));
        assertThrows(IllegalArgumentException.class, () -> TomP2PConfig.loopback(List.of(HERE)));
    }

    @Test
    void shouldRefuseTimesAndSizesThatAreNone() {
        TomP2PConfig.Builder builder = TomP2PConfig.builder(HERE, List.of());

        assertThrows(
                IllegalArgumentException.class,
                () -> builder.requestTimeout(Duration.ZERO).build());
        builder.requestTimeout(Duration.ofSeconds(1));
        assertThrows(
                IllegalArgumentException.class,
                () -> builder.nodeTimeout(Duration.ofMillis(99)).build());
        builder.nodeTimeout(Duration.ofSeconds(1));
        assertThrows(
                IllegalArgumentException.class,
                () -> builder.bootstrapTimeout(Duration.ofSeconds(-1)).build());
        builder.bootstrapTimeout(Duration.ofSeconds(1));
        assertThrows(
                IllegalArgumentException.class, () -> builder.storageBytes(-1).build());
    }
}
