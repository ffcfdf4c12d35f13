package dev.culvert.ice.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class FrameTableTest {
    private static PartialFrame frame(int id) {
        FragmentHeader header = new FragmentHeader();
        header.frameId = id;
        header.frameBytes = 1_000;
        header.fragmentBytes = 256;
        header.count = 4;
        return new PartialFrame(header, 0);
    }

    @Property(tries = 100)
    void shouldBehaveLikeALinkedMap(@ForAll long seed) {
        Random random = new Random(seed);
        FrameTable table = new FrameTable(random.nextInt());
        Map<Integer, PartialFrame> model = new LinkedHashMap<>();
        int ids = 1 + random.nextInt(300);
        for (int step = 0; step < 1_000; step++) {
            int id = random.nextInt(ids) << (random.nextInt(3) * 10);
            PartialFrame there = model.get(id);
            assertSame(there, table.find(id));
            if (there == null) {
                PartialFrame made = frame(id);
                table.add(made);
                model.put(id, made);
            } else {
                table.remove(there);
                model.remove(id);
            }
            List<PartialFrame> inOrder = new ArrayList<>(model.values());
            assertEquals(inOrder.size(), table.size());
            assertSame(inOrder.isEmpty() ? null : inOrder.get(0), table.oldest());
            assertSame(inOrder.isEmpty() ? null : inOrder.get(inOrder.size() - 1), table.youngest());
        }
    }

    @Test
    void shouldBeEmptyAgainAfterItGrew() {
        FrameTable table = new FrameTable(77);
        for (int id = 0; id < 5_000; id++) {
            table.add(frame(id));
        }
        for (int id = 0; id < 5_000; id++) {
            PartialFrame oldest = table.oldest();
            assertEquals(id, oldest.id);
            table.remove(oldest);
        }

        assertNull(table.find(17));
        assertNull(table.oldest());
        assertNull(table.youngest());
        assertThrows(IllegalStateException.class, () -> table.remove(frame(1)));
    }
}
