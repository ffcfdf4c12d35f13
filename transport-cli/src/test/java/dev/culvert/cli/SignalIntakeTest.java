package dev.culvert.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.IceCandidate;
import dev.culvert.ice.IceDescription;
import dev.culvert.transport.InvalidDescriptionException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a description ends, and what may follow it. */
class SignalIntakeTest implements SignalIntake.Listener {
    private static final String UFRAG = "a=ice-ufrag:abcd";
    private static final String PASSWORD = "a=ice-pwd:0123456789abcdefghijkl";
    private static final String TRICKLE = "a=ice-options:trickle";
    private static final String CANDIDATE = "a=candidate:1 1 UDP 1 192.0.2.1 5 typ host";
    private static final String END = "a=end-of-candidates";

    private final List<String> heard = new ArrayList<>();
    private final SignalIntake intake = new SignalIntake(this);

    @Override
    public void onDescription(IceDescription remote) {
        heard.add(remote.candidates().size() + (remote.complete() ? " all" : " first"));
    }

    @Override
    public void onCandidate(IceCandidate candidate) {
        heard.add(candidate.toString());
    }

    @Override
    public void onEndOfCandidates() {
        heard.add("end");
    }

    private void lines(String... lines) {
        for (String line : lines) {
            intake.line(line);
        }
    }

    @Test
    void shouldWaitForMoreAfterATricklingDescription() {
        lines("", "v=0", UFRAG, PASSWORD, TRICKLE, CANDIDATE);
        assertFalse(intake.isDescribed());

        lines("");
        assertTrue(intake.isDescribed());
        assertEquals(List.of("1 first"), heard);

        lines("a=mid:0", CANDIDATE.replace("192.0.2.1", "some.local"), CANDIDATE, "", END, CANDIDATE, END);
        assertEquals(List.of("1 first", "host 192.0.2.1:5", "end"), heard);
    }

    @Test
    void shouldTakeCandidatesAsABrowsersApiGivesThem() {
        lines(UFRAG, PASSWORD, TRICKLE, "", CANDIDATE.substring(2), END.substring(2) + " ");

        assertEquals(List.of("0 first", "host 192.0.2.1:5", "end"), heard);
    }

    @Test
    void shouldEndWithTheCandidatesOfADescription() {
        lines(UFRAG, PASSWORD, TRICKLE, CANDIDATE, END, "", CANDIDATE);

        assertEquals(List.of("1 all", "end"), heard);
    }

    @Test
    void shouldTakeADescriptionWithoutTrickleForWhole() {
        lines(UFRAG, PASSWORD, CANDIDATE, "");

        assertEquals(List.of("1 all", "end"), heard);
    }

    @Test
    void shouldEndWithTheInputWhereverItEnds() {
        lines(UFRAG, PASSWORD, TRICKLE, CANDIDATE);
        intake.end();
        assertEquals(List.of("1 first", "end"), heard);

        intake.end();
        assertEquals(2, heard.size());
    }

    @Test
    void shouldEndWithTheInputAfterTheDescription() {
        lines(UFRAG, PASSWORD, TRICKLE, "");
        intake.end();

        assertEquals(List.of("0 first", "end"), heard);
    }

    @Test
    void shouldSayThatNothingCame() {
        assertThrows(InvalidDescriptionException.class, intake::end);
    }

    @Test
    void shouldNotCollectForEver() {
        String line = "x".repeat(8_000);
        assertThrows(InvalidDescriptionException.class, () -> {
            for (int i = 0; i < 100; i++) {
                intake.line(line);
            }
        });
    }

    @Test
    void shouldRefuseAMalformedCandidateThatFollows() {
        lines(UFRAG, PASSWORD, TRICKLE, "");

        assertThrows(InvalidDescriptionException.class, () -> intake.line("a=candidate:1 1"));
    }
}
