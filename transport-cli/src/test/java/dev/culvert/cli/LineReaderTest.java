package dev.culvert.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LineReaderTest {
    private static final String END = "(end)";

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final List<Runnable> taken = new ArrayList<>();

    private void read(String text) {
        LineReader.start(
                "culvert-test-lines",
                new ByteArrayInputStream(text.getBytes(UTF_8)),
                (line, done) -> {
                    heard.add(line);
                    done.run();
                },
                () -> heard.add(END));
    }

    private String next() throws InterruptedException {
        return heard.poll(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldTakeBothLineEndsAndALastLineWithoutOne() throws Exception {
        read("one\r\ntwo\n\n\r\nthr\ree");

        for (String line : new String[] {"one", "two", "", "", "thr\ree", END}) {
            assertEquals(line, next());
        }
    }

    @Test
    void shouldEndAtALineThatIsTooLong() throws Exception {
        read("one\n" + "x".repeat(LineReader.MAX_LINE + 1) + "\nthree\n");

        assertEquals("one", next());
        assertEquals(END, next());
        assertNull(heard.poll());
    }

    @Test
    void shouldTakeTheLongestLine() throws Exception {
        read("x".repeat(LineReader.MAX_LINE) + "\n");

        assertEquals(LineReader.MAX_LINE, next().length());
        assertEquals(END, next());
    }

    /** Or else a hostile or careless writer could fill the memory. */
    @Test
    void shouldReadNoFurtherThanWhatIsTaken() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        LineReader.start(
                "culvert-test-lines",
                new ByteArrayInputStream("x\n".repeat(100).getBytes(UTF_8)),
                (line, done) -> {
                    synchronized (taken) {
                        taken.add(done);
                        taken.notifyAll();
                    }
                },
                ended::countDown);

        awaitLines(64);
        assertTrue(!ended.await(100, TimeUnit.MILLISECONDS));
        synchronized (taken) {
            assertEquals(64, taken.size());
            taken.forEach(Runnable::run);
        }
        assertTrue(ended.await(10, TimeUnit.SECONDS));
        assertEquals(100, taken.size());
    }

    private void awaitLines(int count) throws InterruptedException {
        synchronized (taken) {
            while (taken.size() < count) {
                taken.wait(10_000);
            }
        }
    }
}
