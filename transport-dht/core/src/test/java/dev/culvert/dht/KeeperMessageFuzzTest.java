package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever a sender or a keeper sends: it is one message, and that in one form, or none. */
class KeeperMessageFuzzTest {
    @FuzzTest
    void shouldHaveOneForm(byte[] input) {
        KeeperMessage.decode(input).ifPresent(message -> assertArrayEquals(input, message.encode()));
    }
}
