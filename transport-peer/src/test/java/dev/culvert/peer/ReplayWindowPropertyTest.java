package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The replay window against a set that remembers everything. */
class ReplayWindowPropertyTest {
    private static final class Model {
        final Set<Long> seen = new HashSet<>();
        long highest = -1;

        boolean isNew(long counter) {
            return counter >= 0 && counter > highest - ReplayWindow.SIZE && !seen.contains(counter);
        }

        void accept(long counter) {
            seen.add(counter);
            highest = Math.max(highest, counter);
        }
    }

    /** Steps from one counter to the next: near ones, ones across the window's edge, and leaps. */
    @Provide
    Arbitrary<List<Long>> steps() {
        return Arbitraries.frequencyOf(
                        Tuple.of(10, Arbitraries.longs().between(-8, 8)),
                        Tuple.of(3, Arbitraries.longs().between(-1_100, 1_100)),
                        Tuple.of(1, Arbitraries.longs().between(-5_000, 1L << 40)))
                .list()
                .ofMaxSize(300);
    }

    @Property
    void shouldAgreeWithASet(@ForAll("steps") List<Long> steps) {
        ReplayWindow window = new ReplayWindow();
        Model model = new Model();
        long counter = 0;
        for (long step : steps) {
            counter += step;
            assertEquals(model.isNew(counter), window.isNew(counter), "counter " + counter);
            if (model.isNew(counter)) {
                window.accept(counter);
                model.accept(counter);
                assertFalse(window.isNew(counter));
            }
        }
        for (long near = model.highest - 2 * ReplayWindow.SIZE; near <= model.highest + 2; near++) {
            assertEquals(model.isNew(near), window.isNew(near), "counter " + near);
        }
    }
}
