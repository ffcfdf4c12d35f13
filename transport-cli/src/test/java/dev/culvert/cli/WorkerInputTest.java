package dev.culvert.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkerInputTest {
    private final CompletableFuture<Boolean> end = new CompletableFuture<>();

    private WorkerInput read(String text) {
        return new WorkerInput(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), end::complete);
    }

    private boolean quitSeenAtEnd() throws Exception {
        return end.get(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldSeeTheEndWhileNoOneTakesCommands() throws Exception {
        read("{\"type\":\"greet\"}\n{\"type\":\"greet\"}\n");

        assertFalse(quitSeenAtEnd());
    }

    @Test
    void shouldHandCommandsOverInOrder() throws Exception {
        WorkerInput input = read("{\"type\":\"one\"}\n{\"type\":\"two\"}\n{\"type\":\"quit\"}\n");

        assertEquals("one", Json.type(input.take()));
        assertEquals("two", Json.type(input.take()));
        assertEquals(WorkerInput.QUIT, Json.type(input.take()));
        assertEquals(true, quitSeenAtEnd());
    }

    @Test
    void shouldNotEndWhileTheInputIsOpen() throws Exception {
        try (PipedInputStream in = new PipedInputStream()) {
            PipedOutputStream out = new PipedOutputStream(in);
            WorkerInput input = new WorkerInput(in, end::complete);
            out.write("{\"type\":\"quit\"}\n".getBytes(StandardCharsets.UTF_8));
            out.flush();

            assertEquals(WorkerInput.QUIT, Json.type(input.take()));
            assertFalse(end.isDone());

            out.close();
            assertEquals(true, quitSeenAtEnd());
        }
    }

    @Test
    void shouldMarkLinesThatAreNoCommands() throws Exception {
        for (String line :
                new String[] {"nonsense", "[1]", "{}", "{\"type\":null}", "{\"type\":{}}", "", "{\"type\":"}) {
            WorkerInput input = read(line + "\n{\"type\":\"next\"}\n");

            var malformed = input.take();
            assertEquals(WorkerInput.MALFORMED, Json.type(malformed), line);
            assertEquals(line, malformed.get("line").getAsString());
            assertEquals("next", Json.type(input.take()));
        }
    }

    @Test
    void shouldTakeABrokenInputForItsEnd() throws Exception {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("broken");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                throw new IOException("broken");
            }
        };

        WorkerInput unused = new WorkerInput(broken, end::complete);

        assertFalse(quitSeenAtEnd());
    }
}
