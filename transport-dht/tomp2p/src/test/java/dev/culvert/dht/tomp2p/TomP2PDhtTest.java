package dev.culvert.dht.tomp2p;

import static dev.culvert.dht.tomp2p.Ring.done;
import static dev.culvert.dht.tomp2p.Ring.failureOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.WritableSlot;
import dev.culvert.transport.TransportException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TomP2PDhtTest {
    @Test
    void shouldFailToJoinWhoDoesNotAnswer() throws IOException {
        InetSocketAddress silent;
        try (ServerSocket closedSoon = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            silent = (InetSocketAddress) closedSoon.getLocalSocketAddress();
        }
        TomP2PConfig config = Ring.config(List.of(silent))
                .bootstrapTimeout(Duration.ofMillis(800))
                .build();
        try (TomP2PDht node = TomP2PDht.open(config)) {
            TransportException failure = assertInstanceOf(TransportException.class, failureOf(node.bootstrap()));

            assertTrue(failure.getMessage().contains(silent.toString()), failure.getMessage());
        }
    }

    @Test
    void shouldSayWhenItCanNotListen() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            TomP2PConfig config = TomP2PConfig.builder((InetSocketAddress) taken.getLocalSocketAddress(), List.of())
                    .build();

            assertThrows(TransportException.class, () -> TomP2PDht.open(config));
        }
    }

    @Test
    void shouldKeepThePropertyForIpv6() {
        try (TomP2PDht unused = TomP2PDht.open(TomP2PConfig.loopback(List.of()))) {
            assertEquals(null, System.getProperty("java.net.preferIPv4Stack"));
        }
    }

    @Test
    void shouldStoreNoMoreThanItMay() {
        try (TomP2PDht small = TomP2PDht.open(
                        Ring.config(List.of()).storageBytes(10_000).build());
                TomP2PDht putting = TomP2PDht.open(
                        Ring.config(List.of(small.localAddress())).build())) {
            done(putting.bootstrap());
            WritableSlot slot = Ring.slot();
            done(putting.put(slot, 1, new byte[5_000], Ring.TTL));
            done(putting.put(slot, 2, new byte[6_000], Ring.TTL));

            assertInstanceOf(
                    TransportException.class, failureOf(putting.put(Ring.slot(), 1, new byte[5_000], Ring.TTL)));

            assertTrue(small.storedBytes() <= 10_000, small.storedBytes() + " bytes");
            assertEquals(1, small.dropped().get(TomP2PEvent.FULL));
        }
    }
}
