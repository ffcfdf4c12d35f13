package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.LOOPBACK;
import static dev.culvert.ice.LoopbackPair.receiveText;
import static dev.culvert.ice.LoopbackPair.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A hundred pairs, twenty connecting at a time, each with its own messages only. Two near endpoints have 50 contexts
 * each, towards 50 far endpoints with two each: two contexts of one endpoint towards one remote address would share it.
 */
@Timeout(60)
class ManyContextsTest {
    private static final int NEAR = 2;
    private static final int FAR = 50;
    private static final int IN_FLIGHT = 20;
    private static final int MESSAGES = 10;

    private record Pair(String name, IceContext near, IceContext far) {}

    @Test
    void shouldConnectAHundredAndMixNothingUp() throws Exception {
        List<IceEndpoint> near = endpoints(NEAR);
        List<IceEndpoint> far = endpoints(FAR);
        List<Pair> pairs = new ArrayList<>();
        for (IceEndpoint from : near) {
            for (IceEndpoint to : far) {
                pairs.add(new Pair("pair " + pairs.size(), from.openContext(), to.openContext()));
            }
        }
        ExecutorService connecting = Executors.newFixedThreadPool(IN_FLIGHT);
        try {
            List<Callable<Double>> work = pairs.stream()
                    .<Callable<Double>>map(pair -> () -> connect(pair))
                    .toList();
            List<Double> millis = new ArrayList<>();
            for (Future<Double> done : connecting.invokeAll(work)) {
                millis.add(done.get());
            }
            millis.sort(null);
            System.out.printf(
                    "%d pairs, %d in flight: connect median %.1f ms, largest %.1f ms%n",
                    pairs.size(), IN_FLIGHT, millis.get(millis.size() / 2), millis.get(millis.size() - 1));
            near.forEach(endpoint -> assertEquals(FAR, endpoint.contextCount()));
            near.forEach(endpoint -> assertTrue(endpoint.routeCount() >= FAR));

            for (int i = 0; i < MESSAGES; i++) {
                for (Pair pair : pairs) {
                    assertEquals(SendStatus.SENT, pair.near().send(text(pair.name() + " there " + i)));
                    assertEquals(SendStatus.SENT, pair.far().send(text(pair.name() + " back " + i)));
                }
            }
            for (Pair pair : pairs) {
                for (int i = 0; i < MESSAGES; i++) {
                    assertEquals(pair.name() + " there " + i, receiveText(pair.far(), 5_000));
                    assertEquals(pair.name() + " back " + i, receiveText(pair.near(), 5_000));
                }
            }
            for (Pair pair : pairs) {
                assertEquals("0", receiveText(pair.far(), 0));
                assertEquals("0", receiveText(pair.near(), 0));
                assertEquals(MESSAGES, pair.far().stats().receivedPackets());
                assertEquals(MESSAGES, pair.near().stats().receivedPackets());
            }
        } finally {
            connecting.shutdownNow();
            near.forEach(IceEndpoint::close);
            far.forEach(IceEndpoint::close);
        }
        for (IceEndpoint endpoint : near) {
            assertEquals(0, endpoint.contextCount());
            assertEquals(0, endpoint.routeCount());
            assertEquals(0, endpoint.contexts().size());
            assertEquals(0, endpoint.contexts().transactionCount());
        }
        assertTrue(connecting.awaitTermination(5, TimeUnit.SECONDS));
    }

    private static List<IceEndpoint> endpoints(int count) {
        List<IceEndpoint> opened = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            opened.add(IceEndpoint.open(LOOPBACK));
        }
        return opened;
    }

    private static double connect(Pair pair) {
        long start = System.nanoTime();
        LoopbackPair.connect(pair.near(), pair.far());
        return (System.nanoTime() - start) / 1e6;
    }
}
