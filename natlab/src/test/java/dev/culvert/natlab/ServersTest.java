package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ServersTest {
    @Test
    void shouldComeBackFromItsWords() {
        Servers timeLimited = Servers.TURN_ANY.withUser("1793491200:lab", "c2VjcmV0+/=");
        Servers none = new Servers(List.of(), List.of(), "lab", "lab", false, false);

        for (Servers servers : List.of(Servers.STUN, Servers.TURN, timeLimited, none)) {
            assertEquals(servers, Servers.parse(List.of(servers.words().split(" ", -1))));
        }
    }
}
