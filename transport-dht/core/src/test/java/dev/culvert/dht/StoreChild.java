package dev.culvert.dht;

import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;

/** A second process that holds a store and adds messages to it until it is killed. */
final class StoreChild {
    static final PeerId PEER = PeerId.of(new byte[PeerId.LENGTH]);

    private StoreChild() {}

    public static void main(String[] args) {
        try (MessageStore store = MessageStore.open(Path.of(args[0]))) {
            OutboxState state = OutboxState.fresh(Instant.EPOCH);
            System.out.println("open");
            while (state.tail() < Long.parseLong(args[1])) {
                state = state.appended();
                store.add(PEER, state, message(state.tail() - 1));
                System.out.println(state.tail());
            }
            System.out.println("full");
            int unused = System.in.read();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static OutgoingMessage message(long ordinal) {
        byte[] payload = ("message " + ordinal).getBytes(StandardCharsets.UTF_8);
        return new OutgoingMessage(new MessageId(1, ordinal), Instant.ofEpochSecond(4_000_000_000L), payload);
    }

    static Process start(Path directory, int messages) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoreChild.class.getName(),
                        directory.toString(),
                        Integer.toString(messages))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
