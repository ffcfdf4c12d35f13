package dev.culvert.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class MessagesSuiteTest {
    @Test
    void shouldMeasureOursWhereTheOtherDoesNotLoad() throws Exception {
        // A platform that webrtc-java has no native library for.
        List<Row> rows = new MessagesSuite(List.of("-Dos.arch=pdp11")).run(SuitesTest.TINY);

        List<Row> skipped = rows.stream().filter(row -> row.skipped() != null).toList();
        assertEquals(1, skipped.size(), rows::toString);
        assertNotNull(skipped.get(0).skipped());
        assertTrue(rows.stream()
                .anyMatch(row -> row.name().equals("64 KiB one way") && row.baseline() == null && row.ours() > 0));
        rows.forEach(row -> assertFalse(row.isError(), row::toString));
    }
}
