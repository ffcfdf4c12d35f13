package dev.culvert.dht.mainline;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.junit.jupiter.api.Test;

class PaceTest {
    private final Pace pace = new Pace(2, 10);

    private static final class Request extends Pace.Request {
        Request(Pace.Kind kind) {
            super(kind);
        }
    }

    private Request added() {
        return added(Pace.Kind.GET);
    }

    private Request added(Pace.Kind kind) {
        Request request = new Request(kind);
        pace.add(request);
        return request;
    }

    @Test
    void shouldLetGetsAndPutsTakeTurns() {
        Request firstPut = added(Pace.Kind.PUT);
        Request secondPut = added(Pace.Kind.PUT);
        Request thirdPut = added(Pace.Kind.PUT);
        Request firstGet = added(Pace.Kind.GET);
        Request secondGet = added(Pace.Kind.GET);

        for (Request expected : List.of(firstGet, firstPut, secondGet, secondPut, thirdPut)) {
            assertSame(expected, pace.next(0));
            expected.end();
        }
    }

    @Test
    void shouldStartInOrderUpToItsLimit() {
        Request first = added();
        Request second = added();
        added();

        assertSame(first, pace.next(0));
        assertSame(second, pace.next(0));
        assertNull(pace.next(9));
    }

    @Test
    void shouldStartTheNextWhenOneIsOver() {
        Request first = added();
        added();
        Request third = added();
        pace.next(0);
        pace.next(0);
        first.end();

        assertSame(third, pace.next(1));
    }

    @Test
    void shouldNotWaitForOnesThatAreNoLongerYoung() {
        added();
        added();
        Request third = added();
        pace.next(0);
        pace.next(0);

        assertNull(pace.next(9));
        assertSame(third, pace.next(10));
    }

    @Test
    void shouldPassOverWhatWasGivenUpWhileItWaited() {
        Request first = added();
        Request second = added();
        first.end();

        assertSame(second, pace.next(0));
    }
}
