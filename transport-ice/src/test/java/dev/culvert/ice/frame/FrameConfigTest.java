package dev.culvert.ice.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FrameConfigTest {
    private static void refused(String setting, FrameConfig.Builder builder) {
        String message =
                assertThrows(IllegalArgumentException.class, builder::build).getMessage();
        assertTrue(message.startsWith(setting + " is"), message);
    }

    @Test
    void shouldHaveTheDefaultsItPromises() {
        FrameConfig config = FrameConfig.defaults();

        assertEquals(Duration.ofSeconds(2), config.reassemblyTime());
        assertEquals(1 << 20, config.maxFrameBytes());
        assertTrue(config.peerBytes() >= 16 << 20);
        assertTrue(config.memoryBytes() >= config.peerBytes());
        assertEquals(1200, config.datagramBytes());
    }

    @Test
    void shouldRefuseEachSettingOutOfRangeByName() {
        refused("reassemblyTime", FrameConfig.builder().reassemblyTime(Duration.ZERO));
        refused("reassemblyTime", FrameConfig.builder().reassemblyTime(Duration.ofSeconds(61)));
        refused("maxFrameBytes", FrameConfig.builder().maxFrameBytes(0));
        refused("maxFrameBytes", FrameConfig.builder().maxFrameBytes((8 << 20) + 1));
        refused("peerBytes", FrameConfig.builder().maxFrameBytes(1).peerBytes((64 << 10) - 1));
        refused("peerBytes", FrameConfig.builder().peerBytes((2 << 20) - 1));
        refused("memoryBytes", FrameConfig.builder().memoryBytes((24 << 20) - 1));
        refused("datagramBytes", FrameConfig.builder().datagramBytes(269));
        refused("datagramBytes", FrameConfig.builder().datagramBytes(65_508));
    }

    @Test
    void shouldTakeTheEndsOfEachRange() {
        FrameConfig least = FrameConfig.builder()
                .reassemblyTime(Duration.ofMillis(1))
                .maxFrameBytes(1)
                .peerBytes(64 << 10)
                .memoryBytes(64 << 10)
                .datagramBytes(270)
                .build();
        assertEquals(256, least.fragmentBytes());

        FrameConfig most = FrameConfig.builder()
                .reassemblyTime(Duration.ofSeconds(60))
                .maxFrameBytes(8 << 20)
                .peerBytes(1 << 30)
                .memoryBytes(Long.MAX_VALUE)
                .datagramBytes(65_507)
                .build();
        assertEquals(65_493, most.fragmentBytes());
    }
}
