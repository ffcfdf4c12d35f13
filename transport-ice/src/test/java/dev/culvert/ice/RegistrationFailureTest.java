package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.LOOPBACK;
import static dev.culvert.ice.LoopbackPair.TIMEOUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.internal.ice4j.IceAgent;
import dev.culvert.transport.ConnectionState;
import dev.culvert.transport.TransportClosedException;
import dev.culvert.transport.TransportException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A context whose registration for receiving fails is failed, and nothing of it stays at its endpoint. */
@Timeout(30)
class RegistrationFailureTest {
    private static Throwable causeOf(CompletableFuture<?> future) {
        assertTrue(future.isDone(), "nobody may wait for what will never come");
        return assertThrows(CompletionException.class, future::join).getCause();
    }

    private static void assertNothingLeft(IceEndpoint endpoint) {
        assertEquals(0, endpoint.contextCount());
        assertEquals(0, endpoint.routeCount());
        assertEquals(0, endpoint.contexts().size());
        assertEquals(0, endpoint.contexts().transactionCount());
    }

    @Test
    void shouldFailTheContextWhenItsAgentCanNotBeMade() {
        IllegalStateException defect = new IllegalStateException("no agent today");
        AtomicInteger made = new AtomicInteger();
        try (IceEndpoint endpoint = IceEndpoint.open(LOOPBACK, (sockets, listener) -> {
            if (made.incrementAndGet() == 1) {
                throw defect;
            }
            return new IceAgent(sockets, listener);
        })) {
            IceContext context = endpoint.openContext();
            CompletableFuture<IceDescription> gathering = context.gatherAsync(TIMEOUT);

            TransportException failure = assertInstanceOf(TransportException.class, causeOf(gathering));
            assertSame(defect, failure.getCause());
            assertTrue(failure.getMessage().contains("open a new one"), failure.getMessage());
            assertEquals(ConnectionState.FAILED, context.state());
            assertNothingLeft(endpoint);
            assertEquals(-1, context.recv(java.nio.ByteBuffer.allocate(1)));
            assertThrows(TransportClosedException.class, () -> context.gather(TIMEOUT));
            context.close();
            assertEquals(ConnectionState.CLOSED, context.state());

            endpoint.openContext().gather(TIMEOUT); // the endpoint and its other contexts are not harmed
        }
    }

    /** An app with another ice4j on its class path sees an Error, which must not leave the context half made. */
    @Test
    void shouldFailTheContextWhenIce4jCanNotBeLoaded() {
        try (IceEndpoint endpoint = IceEndpoint.open(LOOPBACK, (sockets, listener) -> {
            throw new NoClassDefFoundError("org/ice4j/ice/Agent");
        })) {
            IceContext context = endpoint.openContext();

            TransportException failure = assertThrows(TransportException.class, () -> context.gather(TIMEOUT));

            assertTrue(failure.getMessage().contains("class path"), failure.getMessage());
            assertEquals(ConnectionState.FAILED, context.state());
            assertNothingLeft(endpoint);
        }
    }

    @Test
    void shouldFailTheGatherOfAContextWhoseEndpointWasClosedBefore() {
        IceEndpoint endpoint = IceEndpoint.open(LOOPBACK);
        IceContext context = endpoint.openContext();
        endpoint.close();

        assertThrows(TransportClosedException.class, () -> context.gather(TIMEOUT));

        assertEquals(ConnectionState.CLOSED, context.state());
        assertNothingLeft(endpoint);
    }

    @Test
    void shouldFreeTheAgentWhenTheContextIsClosedWhileItIsMade() {
        assertAgentFreed((endpoint, context) -> context.close());
    }

    @Test
    void shouldFreeTheAgentWhenTheEndpointIsClosedWhileItIsMade() {
        assertAgentFreed((endpoint, context) -> endpoint.close());
    }

    private interface Meanwhile {
        void happens(IceEndpoint endpoint, IceContext context);
    }

    private static void assertAgentFreed(Meanwhile meanwhile) {
        AtomicReference<WeakReference<IceAgent>> made = new AtomicReference<>();
        AtomicReference<Runnable> inside = new AtomicReference<>();
        IceEndpoint endpoint = IceEndpoint.open(LOOPBACK, (sockets, listener) -> {
            IceAgent agent = new IceAgent(sockets, listener);
            made.set(new WeakReference<>(agent));
            inside.get().run();
            return agent;
        });
        try (endpoint) {
            IceContext context = endpoint.openContext();
            inside.set(() -> meanwhile.happens(endpoint, context));

            assertInstanceOf(TransportClosedException.class, causeOf(context.gatherAsync(TIMEOUT)));

            assertEquals(ConnectionState.CLOSED, context.state());
            assertNothingLeft(endpoint);
            assertCollected(made.get());
        }
    }

    private static void assertCollected(WeakReference<IceAgent> agent) {
        assertTrue(
                Eventually.within(
                        Duration.ofSeconds(20),
                        () -> { // a keep-alive that missed its cancel holds it for up to 6 s
                            System.gc();
                            return agent.get() == null;
                        }),
                "something still holds the agent");
    }

    /** The positive control of the tests above, and the way out of every connected context. */
    @Test
    void shouldLetGoOfTheAgentOfAConnectedContext() {
        AtomicReference<WeakReference<IceAgent>> made = new AtomicReference<>();
        try (IceEndpoint endpoint = IceEndpoint.open(LOOPBACK, (sockets, listener) -> {
                    IceAgent agent = new IceAgent(sockets, listener);
                    made.set(new WeakReference<>(agent));
                    return agent;
                });
                IceContext far = IceContext.open(LOOPBACK)) {
            IceContext context = endpoint.openContext();
            LoopbackPair.connect(context, far);
            assertEquals(1, endpoint.contexts().size());

            context.close();

            assertNothingLeft(endpoint);
            assertCollected(made.get());
        }
    }
}
