package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.LOOPBACK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.ContextRoutes.Verdict;
import dev.culvert.ice.internal.TransactionId;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A context's entries in its endpoint's two tables: bounded, and gone with it. */
class ContextRoutesTest {
    private final IceEndpoint endpoint = IceEndpoint.open(LOOPBACK);
    private final IceContext context = endpoint.openContext();
    private final IceContext other = endpoint.openContext();
    private final ContextTable table = endpoint.contexts();
    private final InetSocketAddress local = endpoint.localAddresses().get(0);
    private final EndpointSocket socket = endpoint.socket(local);
    private final ContextRoutes routes = new ContextRoutes(context, table);
    private final ContextRoutes otherRoutes = new ContextRoutes(other, table);

    @AfterEach
    void close() {
        endpoint.close();
    }

    private static InetSocketAddress peer(int number) {
        return new InetSocketAddress("192.0.2.1", 1_000 + number);
    }

    private static TransactionId id(int number) {
        return new TransactionId(7, number);
    }

    @Test
    void shouldTakeNoMoreAddressesThanItsBound() {
        for (int i = 0; i < ContextRoutes.MAX_ROUTES; i++) {
            assertEquals(Verdict.OURS, routes.validate(socket, peer(i), true));
        }

        assertEquals(Verdict.TOO_MANY, routes.validate(socket, peer(ContextRoutes.MAX_ROUTES), true));

        assertEquals(ContextRoutes.MAX_ROUTES, endpoint.routeCount());
        assertNull(socket.route(peer(ContextRoutes.MAX_ROUTES)));
        assertEquals(Verdict.OURS, routes.validate(socket, peer(0), true), "a known one is always taken");
    }

    @Test
    void shouldKeepOnlyTheNewestTransactions() {
        for (int i = 0; i < ContextRoutes.MAX_TRANSACTIONS + 44; i++) {
            routes.begin(id(i), local, peer(1), 0);
            routes.begin(id(i), local, peer(1), 0); // a repetition is no other transaction
        }

        assertEquals(ContextRoutes.MAX_TRANSACTIONS, table.transactionCount());
        assertNull(table.transaction(id(43), local, peer(1)));
        assertSame(context, table.transaction(id(44), local, peer(1)).context());
    }

    @Test
    void shouldForgetTransactionsThatNobodyAnswers() {
        long life = ContextRoutes.TRANSACTION_LIFE.toNanos();
        routes.begin(id(1), local, peer(1), 0);
        routes.begin(id(2), local, peer(1), 1);
        routes.begin(id(3), local, peer(1), life - 1);
        assertEquals(3, table.transactionCount());

        routes.begin(id(4), local, peer(1), life);

        assertNull(table.transaction(id(1), local, peer(1)));
        assertSame(context, table.transaction(id(2), local, peer(1)).context());
        assertEquals(3, table.transactionCount());
    }

    @Test
    void shouldEmptyBothTablesWhenClosedAndFillThemNoMore() {
        routes.validate(socket, peer(1), true);
        routes.begin(id(1), local, peer(1), 0);
        otherRoutes.validate(socket, peer(2), true);
        otherRoutes.begin(id(2), local, peer(2), 0);

        routes.close();
        routes.close();
        routes.validate(socket, peer(3), true);
        routes.begin(id(3), local, peer(3), 0);

        assertEquals(1, endpoint.routeCount());
        assertEquals(1, table.transactionCount());
        assertSame(other, socket.route(peer(2)));
        otherRoutes.close();
        assertEquals(0, endpoint.routeCount());
        assertEquals(0, table.transactionCount());
    }

    @Test
    void shouldLeaveAnAddressToTheContextThatHadItFirst() {
        assertEquals(Verdict.OURS, routes.validate(socket, peer(1), true));

        assertEquals(Verdict.TAKEN, otherRoutes.validate(socket, peer(1), true));
        assertSame(context, socket.route(peer(1)));
        otherRoutes.close();
        assertSame(context, socket.route(peer(1)));

        routes.close();
        ContextRoutes later = new ContextRoutes(other, table);
        assertEquals(Verdict.OURS, later.validate(socket, peer(1), true));
        assertSame(other, socket.route(peer(1)));
        later.close();
    }

    @Test
    void shouldTakeAResponseOnlyFromWhereTheRequestWent() {
        routes.begin(id(1), local, peer(1), 0);

        assertNull(table.transaction(id(1), local, peer(2)));
        assertNull(table.transaction(id(1), peer(9), peer(1)));
        assertNull(table.transaction(id(2), local, peer(1)));
        assertSame(context, table.transaction(id(1), local, peer(1)).context());

        table.end(id(1));
        assertNull(table.transaction(id(1), local, peer(1)));
    }

    @Test
    void shouldGiveAUfragToOneContextOnly() {
        assertTrue(table.register("same", context));
        assertFalse(table.register("same", other));

        table.unregister("same", other);
        assertSame(context, table.byUfrag("same"), "only its owner takes it out");
        table.unregister("same", context);
        assertNull(table.byUfrag("same"));
    }
}
