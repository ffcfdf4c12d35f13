package dev.culvert.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConnectionStateTest {
    @ParameterizedTest
    @EnumSource
    void shouldAllowClosingFromEveryStateButClosed(ConnectionState state) {
        assertEquals(state != ConnectionState.CLOSED, state.canBecome(ConnectionState.CLOSED));
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeverBecomeItself(ConnectionState state) {
        assertFalse(state.canBecome(state));
    }

    @ParameterizedTest
    @EnumSource
    void shouldOnlyComeBackFromDisconnected(ConnectionState state) {
        boolean mayConnect = state == ConnectionState.CONNECTING || state == ConnectionState.DISCONNECTED;

        assertEquals(mayConnect, state.canBecome(ConnectionState.CONNECTED));
    }

    @ParameterizedTest
    @EnumSource(names = {"FAILED", "CLOSED"})
    void shouldStayOverOnceOver(ConnectionState state) {
        assertTrue(state.isOver());
        for (ConnectionState target : ConnectionState.values()) {
            assertTrue(target == ConnectionState.CLOSED || !state.canBecome(target));
        }
    }
}
