package dev.culvert.dht.mainline;

import static dev.culvert.dht.mainline.Items.done;
import static dev.culvert.dht.mainline.Items.failure;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.WritableSlot;
import dev.culvert.transport.TransportException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MainlineBootstrapTest {
    @Test
    void shouldBootstrapThroughOneKnownNode() throws Exception {
        WritableSlot slot = Items.slot();
        byte[] value = Items.bytes(40);
        try (LoopbackSwarm swarm = LoopbackSwarm.start(4)) {
            done(swarm.node(0).put(slot, 1, value, Items.TTL));
            List<InetSocketAddress> one = List.of(swarm.node(3).localAddress());

            try (MainlineDht late = MainlineDht.open(MainlineConfig.loopback(one))) {
                done(late.bootstrap());
                assertArrayEquals(value, done(late.get(slot.slot())).get(0));
            }
        }
    }

    @Test
    void shouldNameTheNodesThatDidNotAnswerTheBootstrap() throws Exception {
        MainlineConfig config = MainlineConfig.builder()
                .loopback(true)
                .listenInterfaces(List.of("127.0.0.1:0"))
                .bootstrapNodes(List.of(new InetSocketAddress("127.0.0.1", 9)))
                .bootstrapTimeout(Duration.ofMillis(300))
                .build();

        try (MainlineDht alone = MainlineDht.open(config)) {
            TransportException failed = assertInstanceOf(TransportException.class, failure(alone.bootstrap()));
            assertTrue(failed.getMessage().contains("127.0.0.1:9"), failed.getMessage());
        }
    }

    @Test
    void shouldJoinByItselfWhenTheNodesThatWereAwayComeBack() throws Exception {
        InetSocketAddress later;
        try (DatagramSocket reserved = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            later = new InetSocketAddress("127.0.0.1", reserved.getLocalPort());
        }
        MainlineConfig config = MainlineConfig.builder()
                .loopback(true)
                .listenInterfaces(List.of("127.0.0.1:0"))
                .bootstrapNodes(List.of(later))
                .bootstrapTimeout(Duration.ofMillis(300))
                .build();
        try (MainlineDht early = MainlineDht.open(config)) {
            assertInstanceOf(TransportException.class, failure(early.bootstrap()));

            try (MainlineDht member = MainlineDht.open(MainlineConfig.closed("127.0.0.1:" + later.getPort(), List.of())
                    .build())) {
                long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
                boolean stored = false;
                while (!stored && System.nanoTime() < end) {
                    stored = early.put(Items.slot(), 1, new byte[1], Items.TTL)
                            .handle((nodes, failure) -> failure == null)
                            .join();
                }
                assertTrue(stored, "still alone; the other node is at " + member.localAddress());
            }
        }
    }

    @Test
    void shouldSayThatNoNodeStoredAValue() throws Exception {
        try (MainlineDht alone = MainlineDht.open(MainlineConfig.loopback(List.of()))) {
            TransportException failed = assertInstanceOf(
                    TransportException.class, failure(alone.put(Items.slot(), 1, new byte[1], Items.TTL)));
            assertTrue(failed.getMessage().contains("No node"), failed.getMessage());
        }
    }

    @Test
    void shouldSayWhyItCanNotListen() {
        MainlineConfig foreignAddress = MainlineConfig.builder()
                .loopback(true)
                .bootstrapNodes(List.of())
                .listenInterfaces(List.of("192.0.2.1:0"))
                .build();
        TransportException failed = assertThrows(TransportException.class, () -> MainlineDht.open(foreignAddress));

        assertTrue(failed.getMessage().contains("192.0.2.1"), failed.getMessage());
    }
}
