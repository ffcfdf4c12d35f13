package dev.culvert.dht.mainline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainlineConfigTest {
    @Test
    void shouldListenEverywhereAndKnowPublicNodesByDefault() {
        MainlineConfig config = MainlineConfig.builder().build();

        assertEquals(List.of("0.0.0.0:0", "[::]:0"), config.listenInterfaces());
        assertTrue(config.bootstrapNodes().size() >= 4);
        assertFalse(config.loopback());
    }

    @Test
    void shouldKeepALoopbackNetworkToItself() {
        InetSocketAddress member = new InetSocketAddress("127.0.0.1", 4000);

        MainlineConfig config = MainlineConfig.loopback(List.of(member));

        assertEquals(List.of("127.0.0.1:0"), config.listenInterfaces());
        assertEquals(List.of(member), config.bootstrapNodes());
        assertTrue(config.loopback());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0.0.0.0", ":0", "127.0.0.1:0s", "127.0.0.1:70000", "127.0.0.1:0,10.0.0.1:0"})
    void shouldRefuseWhatIsNotOneAddressAndPort(String listen) {
        assertThrows(
                IllegalArgumentException.class,
                () -> MainlineConfig.builder().listenInterfaces(List.of(listen)).build());
    }

    @Test
    void shouldRefuseNamesOnALoopbackNetwork() {
        assertThrows(
                IllegalArgumentException.class,
                () -> MainlineConfig.loopback(List.of(InetSocketAddress.createUnresolved("example.org", 1))));
    }

    @Test
    void shouldRefuseTimesThatAreNone() {
        assertThrows(
                IllegalArgumentException.class,
                () -> MainlineConfig.builder().getTimeout(Duration.ZERO).build());
        assertThrows(
                IllegalArgumentException.class,
                () -> MainlineConfig.builder()
                        .putTimeout(Duration.ofSeconds(-1))
                        .build());
        assertThrows(
                IllegalArgumentException.class,
                () -> MainlineConfig.builder().bootstrapTimeout(Duration.ZERO).build());
        assertThrows(
                IllegalArgumentException.class,
                () -> MainlineConfig.builder().settleTime(Duration.ofNanos(-1)).build());
    }
}
