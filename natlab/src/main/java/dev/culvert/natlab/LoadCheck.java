package dev.culvert.natlab;

import dev.culvert.transport.MessageId;
import dev.culvert.transport.ReceivedMessage;
import java.util.Arrays;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/** The receiver of a {@link Load}: says which of its messages each one is. One thread at a time. */
final class LoadCheck {
    private final Load load;
    private final Set<MessageId> ids = new HashSet<>();
    private int next;
    private String problem = "";

    LoadCheck(Load load) {
        this.load = load;
    }

    /**
     * Takes the next message.
     *
     * @return its number, if every byte is as it was sent; empty if it is none of them, or the transport gives it again
     */
    OptionalInt take(ReceivedMessage message) {
        byte[] payload = message.payload();
        if (!ids.add(message.id()) || message.redelivered()) {
            problem = "message " + message.id() + " was handed over before; " + next + " was to come";
            return OptionalInt.empty();
        }
        if (is(next, payload)) { // short ones can be alike: the one that is to come first
            return OptionalInt.of(next++);
        }
        OptionalInt other = IntStream.range(0, load.count())
                .filter(number -> is(number, payload))
                .findFirst();
        if (other.isPresent()) {
            next = other.getAsInt() + 1;
        } else {
            problem = "a message of " + payload.length + " bytes is none of those sent; " + next + " was to come";
        }
        return other;
    }

    private boolean is(int number, byte[] payload) {
        return number < load.count()
                && load.size(number) == payload.length
                && Arrays.equals(load.payload(number), payload);
    }

    /** What was wrong with the last message that had no number. */
    String problem() {
        return problem;
    }
}
