package dev.culvert.ice.internal.ports;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever a router sends is read or refused. */
class RouterRepliesFuzzTest {
    @FuzzTest
    void shouldReadOrRefuse(byte[] bytes) {
        HostileRouterPropertyTest.readAll(bytes);
    }
}
