package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What coturn's own tool finds out about each NAT, by the behaviour that RFC 5780 describes. */
@Timeout(60)
@ExtendWith(NatLabExtension.class)
class NatKindTest {
    private static final String NO_ANSWER = "STUN receive timeout";

    @ParameterizedTest
    @CsvSource({
        "NONE, Endpoint Independent, Endpoint Independent",
        "FIREWALL, Endpoint Independent, Address and Port Dependent",
        "FULL, Endpoint Independent, Endpoint Independent",
        "ADDR, Endpoint Independent, Address Dependent",
        "PORT, Endpoint Independent, Address and Port Dependent",
        "EIM, Endpoint Independent, Address and Port Dependent",
        "SYM, Address and Port Dependent, Address and Port Dependent",
        "CGN, Endpoint Independent, Address and Port Dependent"
    })
    void shouldMapAndFilterAsItsKindDoes(NatKind kind, String mapping, String filtering, NatLab lab) {
        lab.nat(Side.A, kind);

        String found = lab.discover(Side.A);

        assertTrue(found.contains("NAT with " + mapping + " Mapping!"), found);
        assertTrue(found.contains("NAT with " + filtering + " Filtering!"), found);
    }

    @ParameterizedTest
    @CsvSource({"DROP", "REJECT"})
    void shouldLetNoUdpOut(NatKind kind, NatLab lab) {
        lab.nat(Side.A, kind);

        String found = lab.discover(Side.A);

        assertTrue(found.contains(NO_ANSWER), found);
        assertTrue(!found.contains("reflexive addr"), found);
    }
}
