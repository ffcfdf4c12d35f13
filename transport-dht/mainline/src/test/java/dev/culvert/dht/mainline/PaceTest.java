package dev.culvert.dht.mainline;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

class PaceTest {
    private final Pace pace = new Pace(2, 10);

    private static final class Request extends Pace.Request {}

    private Request added() {
        Request request = new Request();
        pace.add(request);
        return request;
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
