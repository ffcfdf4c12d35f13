package dev.culvert.cli;

import dev.culvert.ice.IceCandidate;
import dev.culvert.ice.IceDescription;
import dev.culvert.transport.InvalidDescriptionException;

/**
 * Makes a description, the candidates that follow it and their end out of the far end's lines. The description ends with
 * an empty line, with its candidates or with the input. One thread.
 */
final class SignalIntake {
    /** Longest description: no agent's is near it. */
    private static final int MAX_CHARS = 131_072;

    private static final String CANDIDATE = "candidate:";
    private static final String END_OF_CANDIDATES = "end-of-candidates";

    /** Hears each thing once and in this order; of candidates, any number. */
    interface Listener {
        void onDescription(IceDescription remote);

        void onCandidate(IceCandidate candidate);

        void onEndOfCandidates();
    }

    private final Listener listener;
    private final StringBuilder text = new StringBuilder();
    private boolean described;
    private boolean ended;

    SignalIntake(Listener listener) {
        this.listener = listener;
    }

    boolean isDescribed() {
        return described;
    }

    /** Takes one line without its end, with or without {@code a=}; throws {@link InvalidDescriptionException}. */
    void line(String line) {
        if (ended) {
            return;
        }
        String attribute = (line.startsWith("a=") ? line.substring(2) : line).stripTrailing();
        boolean last = attribute.equals(END_OF_CANDIDATES);
        if (described) {
            if (attribute.startsWith(CANDIDATE)) {
                IceCandidate.fromSdp(line).ifPresent(listener::onCandidate);
            } else if (last) {
                end();
            }
            return;
        }
        if (!line.isBlank()) {
            text.append(line).append('\n');
        }
        if (text.length() > MAX_CHARS) {
            throw new InvalidDescriptionException(
                    "The description does not end: none has " + MAX_CHARS + " characters");
        }
        if (last || (line.isBlank() && !text.isEmpty())) {
            describe();
        }
    }

    private void describe() {
        IceDescription remote = IceDescription.fromSdp(text.toString());
        described = true;
        listener.onDescription(remote);
        if (remote.complete()) {
            end();
        }
    }

    /** Takes the end of the input. */
    void end() {
        if (ended) {
            return;
        }
        if (!described) {
            if (text.isEmpty()) {
                throw new InvalidDescriptionException("The input ended before the far end's description");
            }
            describe();
        }
        if (!ended) { // else the description was complete
            ended = true;
            listener.onEndOfCandidates();
        }
    }
}
